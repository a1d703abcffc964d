import { describe, expect, test } from 'vitest'
import { apis } from '../../src/protocol/apis/index.ts'
import type { Field, Fields } from '../../src/protocol/field.ts'
import { requestHeader, responseHeader } from '../../src/protocol/headers.ts'
import { zeroUuid } from '../../src/protocol/uuid.ts'
import {
  hasVersion,
  type KafkaField,
  type KafkaSchema,
  kafkaSchema,
  kafkaSchemasMissing,
  versionRange,
} from '../support/kafka-schemas.ts'
import { versionsOf } from '../support/wire-frames.ts'

/** One field in one version, in words that both sides can be put into. */
interface Shape {
  name: string
  type: string
  nullable: boolean
  tag: number | undefined
  neverCompact: boolean
  defaultValue: unknown
  fields: Shape[] | undefined
}

const title =
  kafkaSchemasMissing === undefined ? "Kafka's own schemas" : `Kafka's own schemas (skipped: ${kafkaSchemasMissing})`

describe.skipIf(kafkaSchemasMissing !== undefined)(title, () => {
  describe.each(apis)('$name', (api) => {
    test.each(['Request', 'Response'] as const)('%s: key, versions and flexible versions are right', (direction) => {
      const schema = kafkaSchema(api.name + direction)
      const [min, max] = versionRange(schema.validVersions)
      expect(api.key).toBe(schema.apiKey)
      expect(api.versions[0]).toBeGreaterThanOrEqual(min)
      expect(api.versions[1]).toBeLessThanOrEqual(max)
      expect(api.flexibleSince ?? Number.POSITIVE_INFINITY).toBe(versionRange(schema.flexibleVersions)[0])
    })

    test.each(versionsOf(api))('request v%i has the fields of the schema', (version) => {
      expect(ourShapes(api.request.fields, version)).toEqual(kafkaShapes(kafkaSchema(`${api.name}Request`), version))
    })

    test.each(versionsOf(api))('response v%i has the fields of the schema', (version) => {
      expect(ourShapes(api.response.fields, version)).toEqual(kafkaShapes(kafkaSchema(`${api.name}Response`), version))
    })

    test('every field is in some version', () => {
      for (const { fields } of [api.request, api.response]) {
        const used = new Set(versionsOf(api).flatMap((version) => pathsOf(ourShapes(fields, version))))
        expect([...used].sort()).toEqual(allPaths(fields).sort())
      }
    })
  })

  test.each([1, 2])('request header v%i has the fields of the schema', (version) => {
    expect(ourShapes(requestHeader.fields, version)).toEqual(kafkaShapes(kafkaSchema('RequestHeader'), version))
  })

  test.each([0, 1])('response header v%i has the fields of the schema', (version) => {
    expect(ourShapes(responseHeader.fields, version)).toEqual(kafkaShapes(kafkaSchema('ResponseHeader'), version))
  })
})

function ourShapes(fields: Fields, version: number): Shape[] {
  return Object.entries(fields)
    .filter(([, { spec }]) => version >= spec.since && version <= spec.until)
    .map(([name, field]) => ourShape(name, field, version))
}

function ourShape(name: string, { spec }: Field<unknown>, version: number): Shape {
  const { type } = spec
  const inner = type.kind === 'array' ? type.element.spec.type : type
  const innerName = inner.kind === 'boolean' ? 'bool' : inner.kind
  return {
    name,
    type: type.kind === 'array' ? `[]${innerName}` : innerName,
    nullable: spec.nullableSince !== null && version >= spec.nullableSince,
    tag: spec.tag ?? undefined,
    neverCompact: type.kind === 'string' && type.neverCompact,
    defaultValue: type.kind === 'struct' && spec.defaultValue !== null ? 'struct' : spec.defaultValue,
    fields: inner.kind === 'struct' ? ourShapes(inner.fields, version) : undefined,
  }
}

function kafkaShapes(schema: KafkaSchema, version: number, fields = schema.fields): Shape[] {
  return fields
    .filter((field) => hasVersion(field.versions, version))
    .map((field) => kafkaShape(schema, field, version))
}

function kafkaShape(schema: KafkaSchema, field: KafkaField, version: number): Shape {
  const isArray = field.type.startsWith('[]')
  const typeName = isArray ? field.type.slice(2) : field.type
  const struct = field.fields ?? schema.commonStructs?.find(({ name }) => name === typeName)?.fields
  const inner = struct === undefined ? typeName : 'struct'
  return {
    name: field.name[0]!.toLowerCase() + field.name.slice(1),
    type: isArray ? `[]${inner}` : inner,
    nullable: hasVersion(field.nullableVersions, version),
    tag: hasVersion(field.taggedVersions, version) ? field.tag : undefined,
    neverCompact: field.flexibleVersions === 'none',
    defaultValue: kafkaDefault(isArray ? 'array' : inner, field.default),
    fields: struct && kafkaShapes(schema, version, struct),
  }
}

function kafkaDefault(type: string, given: string | number | boolean | undefined): unknown {
  if (given === 'null') return null
  if (type === 'string') return given ?? ''
  if (type === 'bool') return String(given) === 'true'
  if (type === 'uuid') return zeroUuid
  if (type === 'array') return []
  if (type === 'bytes') return Buffer.alloc(0)
  if (type === 'records') return null
  if (type === 'struct') return 'struct'
  return Number(given ?? 0)
}

function pathsOf(shapes: readonly Shape[], prefix = ''): string[] {
  return shapes.flatMap(({ name, fields }) => [prefix + name, ...pathsOf(fields ?? [], `${prefix}${name}.`)])
}

function allPaths(fields: Fields, prefix = ''): string[] {
  return Object.entries(fields).flatMap(
    ([
      name,
      {
        spec: { type },
      },
    ]) => {
      const inner = type.kind === 'array' ? type.element.spec.type : type
      return [prefix + name, ...(inner.kind === 'struct' ? allPaths(inner.fields, `${prefix}${name}.`) : [])]
    },
  )
}
