/**
 * Several tenants on one cluster: each a synthetic workload with a rate, keys, sizes and a mix of its own. Placement
 * hashes names, so a tenant's keys begin with its name unless it gives them another.
 */
import { z } from 'zod';
import { type Synthetic, syntheticSchema } from './workload-schema.ts';

/** More are a typing mistake; every request looks for the earliest of all tenants' next ones. */
const MAX_TENANTS = 64;

export interface Tenant {
  readonly name: string;
  readonly workload: Synthetic;
}

const tenantName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'a name is made of letters, digits, "-" and "_", at most 64');

const keys = syntheticSchema.shape.keys.unwrap();
const { name } = keys.shape;
const tenant = syntheticSchema.extend({
  keys: keys
    .extend({
      name: name
        .unwrap()
        .optional()
        .describe(`${name.description} Default for the tenant web: web:key:{id}.`),
    })
    .prefault({})
    .describe('Which keys are asked for: keys of its own, by its own names.'),
});

export const tenantsSchema = z.strictObject({
  tenants: z
    .record(tenantName, tenant)
    .refine((all) => Object.keys(all).length > 0, 'there is no tenant; add for example web: { rate: 20k/s }')
    .refine((all) => Object.keys(all).length <= MAX_TENANTS, `at most ${MAX_TENANTS} tenants`)
    .transform((all): readonly Tenant[] =>
      Object.entries(all).map(([name, { keys, ...rest }]) => ({
        name,
        workload: { ...rest, keys: { ...keys, name: keys.name ?? `${name}:key:{id}` } },
      })),
    )
    .describe('Synthetic workloads that share the cluster, by name, each with keys of its own.'),
});
