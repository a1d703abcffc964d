import { isRafkaError } from '../core/errors.ts'
import type { ApiDefinition } from './api.ts'
import { apiVersions } from './apis/api-versions.ts'
import { apiByKey } from './apis/index.ts'
import { inMessage } from './codec-errors.ts'
import { errorCode } from './error-codes.ts'
import { requestHeader, responseHeader } from './headers.ts'
import { isFlexible, type MessageDefinition } from './message.ts'
import { Reader } from './reader.ts'
import { Writer } from './writer.ts'

/** The bytes that stand before every frame and say how many follow. */
export const frameSizeBytes = 4

/** Entries of all arrays of one request together, at most: bounds what a small frame can grow to in memory. */
export const maxRequestElements = 1_000_000

/** What stands before the body of a request. */
export interface RequestHeader {
  readonly apiKey: number
  readonly apiVersion: number
  readonly correlationId: number
  readonly clientId: string | null
  /** Index in the frame of the body's first byte. */
  readonly bodyOffset: number
}

/**
 * A request as pieces to be written one after the other, its size in front. Records of 4 KiB and more are pieces of their own, not copies.
 * @throws RafkaError `UNSUPPORTED_VERSION`, or `INVALID_ARGUMENT` naming the field whose value the protocol cannot hold
 */
export function encodeRequest<Request>(
  api: ApiDefinition<Request>,
  version: number,
  correlationId: number,
  clientId: string | null,
  body: Request,
): Buffer[] {
  const header = { requestApiKey: api.key, requestApiVersion: version, correlationId, clientId }
  return encodeFrame(version, api.request, body, (writer) => {
    requestHeader.codec(requestHeaderVersion(api, version)).write(writer, header)
  })
}

/**
 * A response as pieces to be written one after the other, its size in front. Records of 4 KiB and more are pieces of their own, not copies.
 * @throws RafkaError `UNSUPPORTED_VERSION`, or `INVALID_ARGUMENT` naming the field whose value the protocol cannot hold
 */
export function encodeResponse<Response>(
  api: ApiDefinition<unknown, Response>,
  version: number,
  correlationId: number,
  body: Response,
): Buffer[] {
  return encodeFrame(version, api.response, body, (writer) => {
    responseHeader.codec(responseHeaderVersion(api, version)).write(writer, { correlationId })
  })
}

/**
 * Reads the header of a request from a frame without its size. For an API or a version that is not defined, nothing behind the
 * correlation id has to be there: `clientId` is null unless it can be read, and `bodyOffset` the frame's end, for nobody can read that body.
 * @throws RafkaError `MALFORMED_MESSAGE`
 */
export function decodeRequestHeader(frame: Buffer): RequestHeader {
  try {
    const start = new Reader(frame)
    const api = apiByKey(start.int16())
    const version = start.int16()
    return api !== undefined && isDefined(api, version)
      ? readHeader(frame, requestHeaderVersion(api, version))
      : readForeignHeader(frame)
  } catch (error) {
    throw inMessage(error, 'request header')
  }
}

/**
 * Reads the body of a request. Records are slices of `frame`. Bytes behind the body are ignored, as Kafka does.
 * @throws RafkaError `MALFORMED_MESSAGE`; `UNSUPPORTED_VERSION` for a version that is not defined
 */
export function decodeRequest<Request>(
  api: ApiDefinition<Request>,
  version: number,
  frame: Buffer,
  bodyOffset: number,
): Request {
  return decodeBody(api.request, version, new Reader(frame, bodyOffset, maxRequestElements))
}

/**
 * Reads a response from a frame without its size. Records are slices of `frame`. Bytes behind the body are ignored, as Kafka does.
 * A broker that does not know the version of an ApiVersions request answers in the form of version 0 (KIP-511): that is read too.
 * @throws RafkaError `MALFORMED_MESSAGE`; `UNSUPPORTED_VERSION` for a version that is not defined
 */
export function decodeResponse<Response>(
  api: ApiDefinition<unknown, Response>,
  version: number,
  frame: Buffer,
): { correlationId: number; body: Response } {
  const reader = new Reader(frame)
  const { correlationId } = readResponseHeader(reader, responseHeaderVersion(api, version))
  const bodyOffset = reader.at
  try {
    return { correlationId, body: decodeBody(api.response, version, reader) }
  } catch (error) {
    if (!isRefusedApiVersions(api, frame, bodyOffset)) throw error
    return { correlationId, body: decodeBody(api.response, 0, new Reader(frame, bodyOffset)) }
  }
}

/**
 * The correlation id of a response, from a frame without its size: tells which request it answers, and so how to read it.
 * @throws RafkaError `MALFORMED_MESSAGE`
 */
export function peekCorrelationId(frame: Buffer): number {
  return readResponseHeader(new Reader(frame), 0).correlationId
}

function encodeFrame<Body>(
  version: number,
  definition: MessageDefinition<Body>,
  body: Body,
  writeHeader: (writer: Writer) => void,
): Buffer[] {
  const codec = definition.codec(version)
  const writer = new Writer()
  writer.int32(0)
  try {
    writeHeader(writer)
    codec.write(writer, body)
  } catch (error) {
    throw inMessage(error, `${definition.name} v${version}`)
  }
  const sizeBytes = writer.sizeBytes - frameSizeBytes
  const pieces = writer.finish()
  pieces[0]!.writeInt32BE(sizeBytes)
  return pieces
}

function decodeBody<Body>(definition: MessageDefinition<Body>, version: number, reader: Reader): Body {
  const codec = definition.codec(version)
  try {
    return codec.read(reader)
  } catch (error) {
    throw inMessage(error, `${definition.name} v${version}`)
  }
}

function readHeader(frame: Buffer, version: number): RequestHeader {
  const reader = new Reader(frame)
  const { requestApiKey, requestApiVersion, correlationId, clientId } = requestHeader.codec(version).read(reader)
  return { apiKey: requestApiKey, apiVersion: requestApiVersion, correlationId, clientId, bodyOffset: reader.at }
}

function readForeignHeader(frame: Buffer): RequestHeader {
  const reader = new Reader(frame)
  const header = { apiKey: reader.int16(), apiVersion: reader.int16(), correlationId: reader.int32() }
  return { ...header, clientId: clientIdIfReadable(frame), bodyOffset: frame.length }
}

function clientIdIfReadable(frame: Buffer): string | null {
  try {
    return readHeader(frame, 1).clientId
  } catch (error) {
    if (isRafkaError(error, 'MALFORMED_MESSAGE')) return null
    throw error
  }
}

function readResponseHeader(reader: Reader, version: number): { correlationId: number } {
  try {
    return responseHeader.codec(version).read(reader)
  } catch (error) {
    throw inMessage(error, 'response header')
  }
}

function isRefusedApiVersions(api: ApiDefinition, frame: Buffer, bodyOffset: number): boolean {
  if (api.key !== apiVersions.key || frame.length < bodyOffset + 2) return false
  return frame.readInt16BE(bodyOffset) === errorCode('UNSUPPORTED_VERSION')
}

function requestHeaderVersion(api: ApiDefinition, version: number): number {
  return isFlexible(api.flexibleSince, version) ? 2 : 1
}

function responseHeaderVersion(api: ApiDefinition, version: number): number {
  return api.responseHeaderFlexible && isFlexible(api.flexibleSince, version) ? 1 : 0
}

function isDefined({ versions: [min, max] }: ApiDefinition, version: number): boolean {
  return version >= min && version <= max
}
