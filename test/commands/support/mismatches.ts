import type { JsonSchema } from '../../../commands/output/shape.ts'

/** Where a value is not what a schema says: a line for each place; none when it fits. */
export function mismatches(schema: JsonSchema, value: unknown, at = '$'): string[] {
  if (schema.anyOf !== undefined) {
    const fits = schema.anyOf.some((one) => mismatches(one, value, at).length === 0)
    return fits ? [] : [`${at}: ${JSON.stringify(value)} is none of the alternatives`]
  }
  const types = schema.type === undefined ? [] : [schema.type].flat()
  if (types.length > 0 && !types.some((type) => isOfType(value, type))) {
    return [`${at}: ${JSON.stringify(value)} is not ${types.join(' or ')}`]
  }
  if (schema.enum !== undefined && !schema.enum.includes(value as string | null)) {
    return [`${at}: ${JSON.stringify(value)} is not one of ${schema.enum.join(', ')}`]
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => mismatches(schema.items ?? {}, item, `${at}[${index}]`))
  }
  return typeof value === 'object' && value !== null ? mismatchesOfFields(schema, value, at) : []
}

function mismatchesOfFields(schema: JsonSchema, value: object, at: string): string[] {
  const { properties = {}, required = [], additionalProperties = true } = schema
  const missing = required.filter((name) => !Object.hasOwn(value, name)).map((name) => `${at}.${name} is missing`)
  const wrong = Object.entries(value).flatMap(([name, field]) => {
    const own = properties[name] ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined)
    if (own !== undefined) return mismatches(own, field, `${at}.${name}`)
    return additionalProperties === true ? [] : [`${at}.${name} is not in the schema`]
  })
  return [...missing, ...wrong]
}

function isOfType(value: unknown, type: string): boolean {
  if (type === 'null') return value === null
  if (type === 'array') return Array.isArray(value)
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value)
  return type === 'integer' ? Number.isSafeInteger(value) : typeof value === type
}
