import { Document, visit } from 'yaml'
import { escapeInJson, escapeText } from './escape-text.ts'

/** YAML of a value, in which nothing is left that a terminal would act on: such text stands in double quotes, escaped. */
export function yamlText(value: unknown): string {
  const document = new Document(value)
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === 'string' && !isPlain(node.value)) node.type = 'QUOTE_DOUBLE'
    },
  })
  return escapeInJson(document.toString({ lineWidth: 0, blockQuote: false })).replace(/\n$/, '')
}

function isPlain(text: string): boolean {
  return text.trim() === text && escapeText(text) === text
}
