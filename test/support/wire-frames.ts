import type { ApiDefinition } from '../../src/protocol/api.ts'
import { apis } from '../../src/protocol/apis/index.ts'
import type { MessageDefinition } from '../../src/protocol/message.ts'
import {
  decodeRequest,
  decodeRequestHeader,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  frameSizeBytes,
} from '../../src/protocol/wire.ts'

/** One direction of an API in one version, as frames without their size. */
export interface WireForm {
  /** `Fetch request v12` */
  readonly name: string
  readonly definition: MessageDefinition
  readonly version: number
  encode(message: unknown): Buffer
  decode(frame: Buffer): unknown
}

/** Every direction of every version of every API that is defined. */
export function allWireForms(): WireForm[] {
  return apis.flatMap((api) =>
    versionsOf(api).flatMap((version) => [requestForm(api, version), responseForm(api, version)]),
  )
}

/** All versions of an API. */
export function versionsOf({ versions: [min, max] }: ApiDefinition): number[] {
  return Array.from({ length: max - min + 1 }, (_, i) => min + i)
}

/** The bytes of pieces, without the size in front. */
export function frameOf(pieces: readonly Buffer[]): Buffer {
  return Buffer.concat(pieces).subarray(frameSizeBytes)
}

function requestForm(api: ApiDefinition, version: number): WireForm {
  return {
    name: `${api.request.name} v${version}`,
    definition: api.request,
    version,
    encode: (message) => frameOf(encodeRequest(api, version, 77, 'a client', message)),
    decode: (frame) => decodeRequest(api, version, frame, decodeRequestHeader(frame).bodyOffset),
  }
}

function responseForm(api: ApiDefinition, version: number): WireForm {
  return {
    name: `${api.response.name} v${version}`,
    definition: api.response,
    version,
    encode: (message) => frameOf(encodeResponse(api, version, 77, message)),
    decode: (frame) => decodeResponse(api, version, frame).body,
  }
}
