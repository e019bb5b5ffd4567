/** What to tell someone whose filter does not read: where, what could stand there, and a text that does read if one is near. */

export interface FilterFault {
  /** The character, from 0. */
  at: number
  detail: string
  hint: string
  /** A text that reads, where one is near; else empty. */
  better: string
}

export class FilterError extends Error {
  readonly fault: FilterFault

  constructor(fault: FilterFault) {
    super(`The filter cannot be read at character ${fault.at}: ${fault.detail}. ${fault.hint}`)
    this.name = 'FilterError'
    this.fault = fault
  }
}

/** Spellings of other languages for what this one says otherwise. Longer ones first. */
const SPELLINGS = [
  ['!==', '!='],
  ['===', '='],
  ['==', '='],
  ['=>', '>='],
  ['=<', '<='],
  ['<>', '!='],
  ['=~', '~'],
  ['~=', '~'],
  ['!~', '~'],
  ['≥', '>='],
  ['≤', '<='],
  ['≠', '!='],
  ['&&', ' and '],
  ['||', ' or '],
  [':', ' = '],
] as const
const WORDS: Record<string, string> = { contains: 'has', like: '~', matches: '~', is: '=', equals: '=' }
const CONSTANTS: Record<string, string> = { True: 'true', False: 'false', None: 'null', NaN: 'null' }
const CONSTANT = /\b(True|False|None|NaN)\b/g
const QUOTES = /"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'|`(?:[^`]|``)+`/g
const WORD = /[^\s"'`()[\],=<>!~&|]+/y

type Expected = 'key' | 'operator' | 'value' | 'list' | 'pattern' | 'more'

/** The fault to show. `reads` tells whether a candidate would be read. */
export function explain(
  text: string,
  place: number,
  expected: Expected,
  reads: (text: string) => boolean,
): FilterFault {
  const at = text.slice(place).trim() === '' ? text.length : place
  const better = candidates(text, at).find(candidate => candidate !== text && reads(candidate)) ?? ''
  const hint = better
    ? `Did you mean \`${better}\`?`
    : 'A condition looks like `config.lr >= 0.1` or `state = "finished"`.'
  return { at, detail: `${found(text, at)}; expected ${spoken(text, at, expected)}`, hint, better }
}

function found(text: string, at: number): string {
  const first = text[at]
  if (first === undefined) return 'the text ends'
  if (`"'\``.includes(first)) {
    const quoted = [...text.matchAll(QUOTES)].find(match => match.index === at)
    return quoted ? `found ${quoted[0]}` : 'a quote is opened here and never closed'
  }
  WORD.lastIndex = at
  const word = WORD.exec(text)
  return `found ${word ? word[0] : `'${first}'`}`
}

function spoken(text: string, at: number, expected: Expected): string {
  switch (expected) {
    case 'operator':
      return 'an operator: = != < <= > >= in has ~ exists'
    case 'value':
      return 'a value: a number, a date, true, false, null or text in quotes such as "finished"'
    case 'pattern':
      return 'a regular expression in quotes'
    case 'key':
      return 'a key, such as config.lr or state'
    case 'list':
      return 'a list, such as ["a", "b"]'
    case 'more':
      break
  }
  const before = text.slice(0, at).replaceAll(QUOTES, '')
  const count = (character: string): number => before.split(character).length - 1
  if (count('[') > count(']')) return 'a comma, or ] to end the list'
  if (count('(') > count(')')) return '`and`, `or`, or ) to close the parenthesis'
  return '`and`, `or`, or the end'
}

/** Texts near `text`, the likeliest first. */
function candidates(text: string, at: number): string[] {
  const respelled = outsideQuotes(text, respell)
  const near: string[] = []
  for (const start of text.search(CONSTANT) >= 0 ? [respelled, text] : [text, respelled]) {
    const quoted = outsideQuotes(start, quoteBareValues)
    near.push(start, quoted, closed(start), closed(quoted))
  }
  const stripped = text.trimEnd()
  if (at >= stripped.length) near.push(`${stripped} exists`, stripped.replace(/\s+(and|or)\s*$/i, ''))
  // A key with characters that a bare one cannot have.
  const key = /^\s*([^\s"'`()[\],=<>!~]+(?: [^\s"'`()[\],=<>!~]+)*?)\s*(?=[=<>!~])/.exec(text)
  if (key) {
    const from = key[0].indexOf(key[1] as string)
    near.push(`${text.slice(0, from)}\`${key[1]}\`${text.slice(from + (key[1] as string).length)}`)
  }
  near.push(`${text.slice(0, at).trimEnd()} and ${text.slice(at)}`)
  return near
}

function outsideQuotes(text: string, change: (text: string) => string): string {
  let [changed, end] = ['', 0]
  for (const quoted of text.matchAll(QUOTES)) {
    changed += change(text.slice(end, quoted.index)) + quoted[0]
    end = quoted.index + quoted[0].length
  }
  return changed + change(text.slice(end))
}

function respell(text: string): string {
  let now = text
  for (const [theirs, ours] of SPELLINGS) now = now.replaceAll(theirs, ours)
  return now
    .replaceAll(/!(?=\s*[(\p{L}\p{N}_])/gu, 'not ')
    .replaceAll(/\bis\s+not\b/gi, '!=')
    .replaceAll(/(?<=\s)(contains|like|matches|is|equals)(?=\s|$)/gi, word => WORDS[word.toLowerCase()] ?? word)
    .replaceAll(CONSTANT, word => CONSTANTS[word] ?? word)
    .replaceAll(/(?<=\d),(?=\d{3}\b)(?![^[]*\])/g, '')
    .replaceAll(/\bin\s*\(([^()]*)\)/g, 'in [$1]')
    .replaceAll(/ {2,}/g, ' ')
}

const isLiteral = (word: string): boolean => ['true', 'false', 'null', 'inf'].includes(word) || word.startsWith('now')

/** Quotes around a bare word where a value belongs: `state = finished`. */
function quoteBareValues(text: string): string {
  return text
    .replaceAll(/((?:[=<>~]|\bhas)\s*)([\p{L}_][\p{L}\p{N}_./-]*)/gu, (all, before: string, word: string) =>
      isLiteral(word) ? all : `${before}"${word}"`,
    )
    .replaceAll(/\[([^[\]]*)\]/g, (_, inside: string) => `[${quoteItems(inside)}]`)
}

function quoteItems(text: string): string {
  return text
    .split(',')
    .map(item => item.trim())
    .map(item => (/^[\p{L}_][\p{L}\p{N}_./-]*$/u.test(item) ? `"${item}"` : item))
    .join(', ')
}

/** What is open at the end closed. */
function closed(text: string): string {
  let plain = text.replaceAll(QUOTES, quoted => ' '.repeat(quoted.length))
  let tail = ''
  for (const quote of `"'\``) {
    if (!plain.includes(quote)) continue
    tail = quote
    plain = plain.slice(0, plain.indexOf(quote))
    break
  }
  const open = (one: string, other: string): number => Math.max(0, plain.split(one).length - plain.split(other).length)
  return text.trimEnd() + tail + ']'.repeat(open('[', ']')) + ')'.repeat(open('(', ')'))
}
