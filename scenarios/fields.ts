/**
 * Building blocks of the scenario schema: quantities with units, and choices that are a word or a map. Each
 * carries what editors need (pattern, examples) in `json`, which takes the place of what zod can tell about a
 * transformed value.
 */
import { z } from 'zod';
import type { Shape } from '../sim/setup.ts';
import {
  parseByteRate,
  parseCount,
  parseDuration,
  parseFactor,
  parseRate,
  parseRatio,
  parseSize,
  QUANTITIES,
  type Quantity,
  UnitError,
} from '../sim/units.ts';

interface QuantityOptions {
  readonly min?: number;
  readonly max?: number;
  /** Words that stand for a value, such as `never` for Infinity. */
  readonly words?: Readonly<Record<string, number>>;
}

/** Texts with a unit become numbers; a bare number passes only where it cannot be misread. */
function quantity(
  name: Quantity,
  title: string,
  parse: (text: string) => number,
  bare: 'zero' | 'number',
  { min = 0, max = Infinity, words = {} }: QuantityOptions,
) {
  const { pattern, examples } = QUANTITIES[name];
  const example = examples.join(' or ');
  return z
    .union([z.string(), z.number()])
    .transform((input, context) => {
      const refuse = (message: string): never => {
        context.addIssue({ code: 'custom', message });
        return z.NEVER;
      };
      if (typeof input === 'string' && Object.hasOwn(words, input)) return words[input]!;
      if (typeof input === 'number' && !(bare === 'number' || input === 0))
        return refuse(`${input} has no unit; write for example ${example}`);
      try {
        const value = typeof input === 'number' ? exact(input, parse) : parse(input);
        if (value < min) return refuse(`${input} is too small; at least ${limitText(min, name)}`);
        if (value > max) return refuse(`${input} is too large; at most ${limitText(max, name)}`);
        return value;
      } catch (error) {
        if (!(error instanceof UnitError)) throw error;
        return refuse(withWords(error.message, words));
      }
    })
    .meta({
      title,
      json: {
        type: bare === 'number' ? ['string', 'number'] : ['string', 'integer'],
        minimum: bare === 'number' && min > Number.MIN_VALUE ? min : 0,
        ...(bare === 'number' ? {} : { maximum: 0 }),
        pattern: [...Object.keys(words).map((word) => `^${word}$`), pattern].join('|'),
        examples: [...examples, ...Object.keys(words)],
      },
    });
}

/** A bare number obeys the rules of the text it could be written as. */
function exact(value: number, parse: (text: string) => number): number {
  return value === 0 ? 0 : parse(String(value));
}

function withWords(message: string, words: Readonly<Record<string, number>>): string {
  const names = Object.keys(words);
  return names.length === 0 ? message : `${message}, or ${names.join(' or ')}`;
}

function limitText(limit: number, name: Quantity): string {
  return name === 'ratio' ? `${limit * 100}%` : String(limit);
}

/** Nanoseconds. */
export const duration = (options: QuantityOptions = {}) =>
  quantity('duration', 'duration', parseDuration, 'zero', options);
/** Bytes. */
export const size = (options: QuantityOptions = {}) => quantity('size', 'size', parseSize, 'zero', options);
/** Per second. */
export const rate = () => quantity('rate', 'rate', parseRate, 'zero', { min: Number.MIN_VALUE, max: 1e9 });
/** Bytes per second. */
export const byteRate = () =>
  quantity('byteRate', 'rate of bytes', parseByteRate, 'zero', { min: Number.MIN_VALUE });
/** In [0, 1]. */
export const ratio = () => quantity('ratio', 'ratio', parseRatio, 'number', { max: 1 });
export const count = (options: QuantityOptions = {}) =>
  quantity('count', 'count', parseCount, 'number', options);
export const factor = () =>
  quantity('factor', 'factor', (text) => parseFactor(text.endsWith('x') ? text : `${text}x`), 'number', {
    min: Number.MIN_VALUE,
    max: 1e6,
  });

export const cv = () =>
  z.number().min(0).max(10).describe('Coefficient of variation: standard deviation over mean.');
export const weights = () => z.array(z.number().min(0)).min(1).max(1e6).describe('Relative weights.');

const lognormal = z
  .strictObject({
    lognormal: z.strictObject({ cv: cv() }).describe('Lognormal around the mean.'),
  })
  .transform(({ lognormal: { cv } }): Shape => ({ kind: 'lognormal', cv }));

/** How values scatter around their mean. */
export const shape = () =>
  z.union([z.enum(['constant', 'exponential']).transform((kind): Shape => ({ kind })), lognormal]);

/** An `enum` of one word that stands for "there is none". */
export const none = () => z.literal('none').transform(() => null);

/** JSON Schema (draft-7) of what may be written: before the transformations, with their units explained. */
export function jsonSchemaOf(schema: z.ZodType): Record<string, unknown> {
  return z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      const node = jsonSchema as Record<string, unknown>;
      const { json } = node;
      if (json === undefined) return;
      delete node['json'];
      delete node['anyOf'];
      Object.assign(node, json);
    },
  });
}
