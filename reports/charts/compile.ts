/** Vega-Lite to Vega, and Vega to a static drawing: both when the report is made, never in the page. */
import { parse, resetSVGDefIds, type Spec, View } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile } from 'vega-lite';
import type { Chart } from './chart.ts';

export interface CompiledChart {
  chart: Chart;
  /** For the page's interactive view. */
  vega: Spec;
  /** SVG markup for readers without script and for paper; its ids are unique on the page. */
  svg: string;
}

export async function compileChart(chart: Chart): Promise<CompiledChart> {
  const vega = compile(chart.spec, { logger: STRICT }).spec;
  resetSVGDefIds();
  const view = new View(parse(vega, undefined, { ast: true }), {
    renderer: 'none',
    expr: expressionInterpreter,
    loader: { load: refuse, sanitize: refuse, http: refuse, file: refuse },
  });
  const svg = await view.toSVG();
  view.finalize();
  return { chart, vega, svg: uniqueIds(svg, chart.id) };
}

/** Vega numbers its clip paths from 1 in every drawing. */
function uniqueIds(svg: string, prefix: string): string {
  return svg
    .replace(/ id="(clip|gradient)/g, ` id="${prefix}-$1`)
    .replace(/url\(#(clip|gradient)/g, `url(#${prefix}-$1`);
}

async function refuse(): Promise<never> {
  throw new Error('a report loads nothing');
}

/** Vega-Lite warns where it draws something else than was asked for: that is a bug of ours. */
const STRICT = {
  level: () => STRICT,
  error: fail,
  warn: fail,
  info: () => STRICT,
  debug: () => STRICT,
};

function fail(...messages: readonly unknown[]): never {
  throw new Error(`chart does not compile: ${messages.join(' ')}`);
}
