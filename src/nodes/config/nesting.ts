import { Lexer } from 'yaml'

const deepestFlow = 24
const widestIndent = 200

/**
 * Whether lists and maps stand in each other without end. Looked at before parsing: the parser recurses, and a process
 * whose stack is used up may end instead of throwing (R40). Linear in the text.
 */
export function isNestedTooDeeply(text: string): boolean {
  let flow = 0
  let marksInLine = 0
  let atLineStart = true
  for (const token of new Lexer().lex(text)) {
    if (token === '\n' || token === '\r\n') {
      marksInLine = 0
      atLineStart = true
      continue
    }
    if (atLineStart && token.trim() === '' && token.length > widestIndent) return true
    atLineStart = false
    if (token === '[' || token === '{') flow++
    else if (token === ']' || token === '}') flow--
    else if (flow === 0 && (token === '-' || token === '?' || token === ':')) marksInLine++
    if (flow > deepestFlow || marksInLine > deepestFlow) return true
  }
  return false
}
