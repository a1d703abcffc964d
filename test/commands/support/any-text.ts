import fc from 'fast-check'

/** Text of any characters, controls and lone surrogates among them. */
export const anyText: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0x10ffff }), fc.integer({ min: 0, max: 0x2ff })), { maxLength: 16 })
  .map((codes) => String.fromCodePoint(...codes))
