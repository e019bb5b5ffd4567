/**
 * The text of expressions, read in the browser: for completion, for the place of a fault, for the fix that is offered. The server
 * reads the same language (`compute/expression_text.py`) and evaluates it; `tests/vectors/expressions.json` holds both to it.
 */

export interface KeyNode {
  key: string
  /** Its place in the text, from `${` to behind `}`. */
  at: number
  end: number
}

export interface CallNode {
  /** A function, or an operator: `+`, `negate`, `and` … */
  name: string
  arguments: Expression[]
}

export type Expression = number | KeyNode | CallNode

export interface ExpressionFault {
  /** Where in the text; its length when something is missing at the end. */
  at: number
  detail: string
  hint: string
  /** A whole expression that reads; empty when none is near. */
  fix: string
}

interface FunctionSpec {
  parameters: readonly string[]
  /** Its value depends on the points before: refused in columns of the run table. */
  isAlong: boolean
}

export const EXPRESSION_CHARS = 4096
const EXPRESSION_NODES = 500
const EXPRESSION_DEPTH = 64
const SMOOTHING_WINDOW = 10_001

const one: FunctionSpec = { parameters: ['x'], isAlong: false }
const along = (...parameters: string[]): FunctionSpec => ({ parameters, isAlong: true })
const plain = (...parameters: string[]): FunctionSpec => ({ parameters, isAlong: false })

export const FUNCTIONS: Readonly<Record<string, FunctionSpec>> = {
  abs: one,
  ceil: one,
  exp: one,
  floor: one,
  isnan: one,
  log: one,
  log10: one,
  log2: one,
  sign: one,
  sqrt: one,
  round: plain('x', 'digits?'),
  min: plain('a', 'b', '…'),
  max: plain('a', 'b', '…'),
  clip: plain('x', 'low', 'high'),
  if: plain('condition', 'then', 'else'),
  where: plain('condition', 'then', 'else'),
  diff: along('x'),
  cumsum: along('x'),
  cummax: along('x'),
  cummin: along('x'),
  ema: along('x', 'weight'),
  mean: along('x', 'points'),
}

export const CONSTANTS: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E, nan: Number.NaN, inf: Infinity }

/** Keys that every row has, beside its metrics. */
export const ROW_KEYS = ['_step', '_timestamp', '_runtime'] as const

const PER_RUN = ['config.', 'summary.', 'metrics.', 'run.']
const SPELLINGS: readonly (readonly [string, string])[] = [
  ['!==', '!='],
  ['===', '='],
  ['==', '='],
  ['=>', '>='],
  ['=<', '<='],
  ['<>', '!='],
  ['&&', ' and '],
  ['||', ' or '],
  ['^', '**'],
  ['×', '*'],
  ['·', '*'],
  ['÷', '/'],
  ['−', '-'],
  ['≤', '<='],
  ['≥', '>='],
  ['≠', '!='],
]
const ALIASES: Readonly<Record<string, string>> = {
  ln: 'log',
  avg: 'mean',
  average: 'mean',
  rolling: 'mean',
  rolling_mean: 'mean',
  smooth: 'ema',
  ewm: 'ema',
  derivative: 'diff',
  delta: 'diff',
  sum: 'cumsum',
  absolute: 'abs',
  iif: 'if',
}
const WORDS = new Set(['and', 'or', 'not', 'AND', 'OR', 'NOT'])
const EXAMPLE = 'An expression looks like `${train/loss} - ${val/loss}`.'
const UNCLOSED = 'a key is opened here and never closed'
const NAMELESS = 'the key has no name'
const BINDING: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  not: 3,
  '=': 4,
  '!=': 4,
  '<': 4,
  '<=': 4,
  '>': 4,
  '>=': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '%': 6,
  negate: 7,
  '**': 8,
}

export type Read = { tree: Expression; fault?: undefined } | { tree?: undefined; fault: ExpressionFault }

/** The tree that `text` spells, or its fault. `known` are names of keys, to tell what a bare one was meant to be. */
export function readExpression(text: string, known: readonly string[] = []): Read {
  if (text.length > EXPRESSION_CHARS) {
    const detail = `it has ${text.length} characters; the limit is ${EXPRESSION_CHARS} (EXPRESSION_CHARS)`
    return { fault: { at: EXPRESSION_CHARS, detail, hint: 'Shorten it.', fix: '' } }
  }
  try {
    return { tree: parse(text) }
  } catch (error) {
    if (error instanceof Unreadable) {
      const found = foundAt(text, error.at)
      const detail = found === UNCLOSED || found === NAMELESS ? found : `${found}; expected ${expected(text, error)}`
      return { fault: withFix(text, error.at, detail, known) }
    }
    if (error instanceof Meaningless) return { fault: meaningless(text, error, known) }
    if (error instanceof TooLarge) return { fault: { at: 0, detail: error.message, hint: 'Shorten it.', fix: '' } }
    throw error
  }
}

/** The first key of the tree that is neither known nor one that every run or row has. */
export function unknownKey(text: string, tree: Expression, known: readonly string[]): ExpressionFault | undefined {
  const names = new Set(known)
  const key = keysOf(tree).find(each => !names.has(each.key) && !isRowKey(each.key))
  if (!key) return undefined
  const near = nearest(key.key, known)
  const fix = near ? text.slice(0, key.at) + formatKey(near) + text.slice(key.end) : ''
  return { at: key.at, detail: `no run has the key ${key.key}`, hint: near ? `The nearest is ${near}.` : '', fix }
}

/** The key or function that is being written at `at`, for completion: what stands there, and where it begins. */
export function wordAt(text: string, at: number): { kind: 'key' | 'word'; text: string; from: number } | undefined {
  const before = text.slice(0, at)
  const key = /\$\{(?:[^}\\]|\\.)*$/s.exec(before)
  if (key) return { kind: 'key', text: key[0].slice(2).replaceAll(/\\(.)/gs, '$1'), from: key.index }
  const word = /[A-Za-z_][A-Za-z0-9_/.]*$/.exec(before)
  return word ? { kind: 'word', text: word[0], from: word.index } : undefined
}

/** Every key, each name once, in the order in which they are first written. */
export function keysOf(tree: Expression): KeyNode[] {
  const found = new Map<string, KeyNode>()
  for (const node of walk(tree)) {
    if (typeof node === 'object' && 'key' in node && !found.has(node.key)) found.set(node.key, node)
  }
  return [...found.values()]
}

/** Whether a key in an expression over series is one value per run, and no metric. */
export function isPerRun(name: string): boolean {
  return PER_RUN.some(section => name.startsWith(section))
}

/** The function that needs the order of points, if there is one: columns of the run table have none. */
export function alongCall(tree: Expression): string | undefined {
  for (const node of walk(tree)) {
    if (typeof node === 'object' && 'name' in node && FUNCTIONS[node.name]?.isAlong) return signature(node.name)
  }
  return undefined
}

export function signature(name: string): string {
  return `${name}(${FUNCTIONS[name]?.parameters.join(', ') ?? ''})`
}

export function formatKey(name: string): string {
  return `\${${name.replaceAll(/[\\}]/g, '\\$&')}}`
}

/** The text that reads as `tree`. */
export function formatExpression(tree: Expression): string {
  return format(tree, 0)
}

function format(tree: Expression, binding: number): string {
  if (typeof tree === 'number') return formatNumber(tree, binding)
  if ('key' in tree) return formatKey(tree.key)
  const own = BINDING[tree.name]
  if (own === undefined) return `${tree.name}(${tree.arguments.map(each => format(each, 0)).join(', ')})`
  const [left, right] = tree.arguments as [Expression, Expression | undefined]
  let text: string
  if (right === undefined) {
    text = (tree.name === 'negate' ? '-' : 'not ') + format(left, own)
  } else {
    const isRight = tree.name === '**'
    const before = format(left, own + (isRight || own === 4 ? 1 : 0))
    text = `${before} ${tree.name} ${format(right, own + (isRight ? 0 : 1))}`
  }
  return own < binding ? `(${text})` : text
}

function formatNumber(value: number, binding: number): string {
  const text = Number.isNaN(value) ? 'nan' : Number.isFinite(value) ? String(value) : value > 0 ? 'inf' : '-inf'
  return text.startsWith('-') && binding >= 8 ? `(${text})` : text
}

function* walk(tree: Expression): Generator<Expression> {
  const todo: Expression[] = [tree]
  for (let node = todo.pop(); node !== undefined; node = todo.pop()) {
    yield node
    if (typeof node === 'object' && 'name' in node) todo.push(...node.arguments.toReversed())
  }
}

function isRowKey(name: string): boolean {
  return (ROW_KEYS as readonly string[]).includes(name)
}

// ---- Reading

/** The grammar does not take what stands at `at`. */
class Unreadable extends Error {
  readonly at: number
  readonly wantsValue: boolean
  constructor(at: number, wantsValue: boolean) {
    super('unreadable')
    this.at = at
    this.wantsValue = wantsValue
  }
}

/** It reads but means nothing. */
class Meaningless extends Error {
  readonly at: number
  readonly end: number
  readonly kind: 'name' | 'function' | 'arguments'
  readonly hint: string
  constructor(at: number, end: number, text: string, kind: 'name' | 'function' | 'arguments', hint = '') {
    super(text)
    this.at = at
    this.end = end
    this.kind = kind
    this.hint = hint
  }
}

class TooLarge extends Error {}

interface Token {
  kind: 'number' | 'key' | 'name' | 'word' | 'symbol' | 'end' | 'bad'
  text: string
  at: number
  end: number
}

/** Names are looked up only when the whole text has read, as the grammar's faults come first. */
interface Written {
  at: number
  end: number
  name: string
  isCall: boolean
  arguments: Raw[]
}
type Raw = number | KeyNode | { operator: string; arguments: Raw[] } | Written

const TOKEN =
  /(?<space>[ \t\f\r\n]+)|(?<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)|(?<key>\$\{(?:[^}\\]|\\.)+\})|(?<name>[A-Za-z_][A-Za-z0-9_]*)|(?<symbol>\*\*|<=|>=|!=|[-+*/%=<>(),])/sy

function parse(text: string): Expression {
  let place = 0
  let token = next()

  function next(): Token {
    for (;;) {
      if (place >= text.length) return { kind: 'end', text: '', at: text.length, end: text.length }
      TOKEN.lastIndex = place
      const match = TOKEN.exec(text)
      if (!match?.groups) return { kind: 'bad', text: text[place] as string, at: place, end: place + 1 }
      const at = place
      place = TOKEN.lastIndex
      const groups = match.groups
      if (groups['space'] !== undefined) continue
      const kind =
        groups['number'] !== undefined
          ? 'number'
          : groups['key'] !== undefined
            ? 'key'
            : groups['name'] === undefined
              ? 'symbol'
              : WORDS.has(match[0])
                ? 'word'
                : 'name'
      return { kind, text: match[0], at, end: place }
    }
  }
  function take(): Token {
    const taken = token
    token = next()
    return taken
  }
  function isSymbol(...symbols: string[]): boolean {
    return token.kind === 'symbol' && symbols.includes(token.text)
  }
  function isWord(word: string): boolean {
    return token.kind === 'word' && token.text.toLowerCase() === word
  }
  function left(of: () => Raw, isOperator: () => boolean): Raw {
    let tree = of()
    while (isOperator()) tree = { operator: take().text.toLowerCase(), arguments: [tree, of()] }
    return tree
  }
  const disjunction = (): Raw => left(conjunction, () => isWord('or'))
  const conjunction = (): Raw => left(negation, () => isWord('and'))
  function negation(): Raw {
    if (!isWord('not')) return comparison()
    take()
    return { operator: 'not', arguments: [negation()] }
  }
  function comparison(): Raw {
    const tree = sum()
    return isSymbol('=', '!=', '<', '<=', '>', '>=') ? { operator: take().text, arguments: [tree, sum()] } : tree
  }
  const sum = (): Raw => left(product, () => isSymbol('+', '-'))
  const product = (): Raw => left(factor, () => isSymbol('*', '/', '%'))
  function factor(): Raw {
    if (!isSymbol('+', '-')) return power()
    const sign = take().text
    const operand = factor()
    if (sign === '+') return operand
    return typeof operand === 'number' ? -operand : { operator: 'negate', arguments: [operand] }
  }
  function power(): Raw {
    const base = atom()
    if (!isSymbol('**')) return base
    take()
    return { operator: '**', arguments: [base, factor()] }
  }
  function atom(): Raw {
    const { kind, text: spelled, at, end } = token
    if (kind === 'number') {
      take()
      return Number(spelled)
    }
    if (kind === 'key') {
      take()
      return { key: spelled.slice(2, -1).replaceAll(/\\(.)/gs, '$1'), at, end }
    }
    if (kind === 'name') {
      take()
      if (!isSymbol('(')) return { at, end, name: spelled, isCall: false, arguments: [] }
      return { at, end, name: spelled, isCall: true, arguments: inParentheses() }
    }
    if (isSymbol('(')) {
      take()
      const inside = disjunction()
      close()
      return inside
    }
    throw new Unreadable(at, true)
  }
  function inParentheses(): Raw[] {
    take()
    const found: Raw[] = []
    if (!isSymbol(')')) {
      found.push(disjunction())
      while (isSymbol(',')) {
        take()
        found.push(disjunction())
      }
    }
    close()
    return found
  }
  function close(): void {
    if (!isSymbol(')')) throw new Unreadable(token.at, false)
    take()
  }

  const raw = disjunction()
  if (token.kind !== 'end') throw new Unreadable(token.at, false)
  return sized(meant(raw))
}

/** The tree, from the leaves up; `-nan` and the like are numbers once their names are known. */
function meant(raw: Raw): Expression {
  if (typeof raw === 'number' || 'key' in raw) return raw
  const inside = raw.arguments.map(meant)
  if ('operator' in raw) {
    const [first] = inside
    return raw.operator === 'negate' && typeof first === 'number' ? -first : { name: raw.operator, arguments: inside }
  }
  if (!raw.isCall) {
    const value = CONSTANTS[raw.name]
    if (value === undefined) throw new Meaningless(raw.at, raw.end, raw.name, 'name')
    return value
  }
  if (!(raw.name in FUNCTIONS)) throw new Meaningless(raw.at, raw.end, raw.name, 'function')
  const fault = misused(raw.name, inside)
  if (fault) throw new Meaningless(raw.at, raw.end, fault, 'arguments', `Write it as ${signature(raw.name)}.`)
  return { name: raw.name, arguments: inside }
}

function misused(name: string, given: Expression[]): string {
  const parameters = FUNCTIONS[name]?.parameters ?? []
  const least = parameters.filter(each => !each.endsWith('?') && each !== '…').length
  const most = parameters.includes('…') ? 1000 : parameters.length
  const count = given.length
  if (count < least || count > most) return `${name} cannot take ${count} value${count === 1 ? '' : 's'}`
  if (count !== 2 || !['ema', 'mean', 'round'].includes(name)) return ''
  const second = given[1]
  if (typeof second !== 'number') return `the ${parameters[1]?.replace('?', '')} of ${name} must be a number`
  if (name === 'ema') return second >= 0 && second < 1 ? '' : 'the weight of ema must be 0 or more and less than 1'
  const isWhole = Number.isInteger(second)
  if (name === 'mean') {
    const fits = isWhole && second >= 1 && second <= SMOOTHING_WINDOW
    return fits ? '' : `the points of mean must be a whole number from 1 to ${SMOOTHING_WINDOW}`
  }
  return isWhole && Math.abs(second) <= 300 ? '' : 'the digits of round must be a whole number'
}

function sized(tree: Expression): Expression {
  let level: Expression[] = [tree]
  let nodes = 0
  for (let depth = 1; level.length > 0; depth++) {
    nodes += level.length
    if (depth > EXPRESSION_DEPTH)
      throw new TooLarge(`it is nested too deep; the limit is ${EXPRESSION_DEPTH} (EXPRESSION_DEPTH)`)
    if (nodes > EXPRESSION_NODES)
      throw new TooLarge(`it is too long; the limit is ${EXPRESSION_NODES} parts (EXPRESSION_NODES)`)
    level = level.flatMap(node => (typeof node === 'object' && 'name' in node ? node.arguments : []))
  }
  return tree
}

// ---- What to tell someone whose expression does not read

const KEYS = /\$\{(?:[^}\\]|\\.)+\}/gs
const OPEN = /\$\{(?:[^}\\]|\\.)+\}|\$\{.*$/gs
const BARE = /[A-Za-z_][A-Za-z0-9_]*(?:[/.][A-Za-z0-9_]+)*/y

function meaningless(text: string, fault: Meaningless, known: readonly string[]): ExpressionFault {
  const { at, end, message: said, kind } = fault
  if (kind === 'name') {
    return withFix(text, at, `${said} is no number and no key; a key is written ${formatKey(said)}`, known)
  }
  if (kind === 'arguments') return { at, detail: said, hint: fault.hint, fix: '' }
  const near = ALIASES[said.toLowerCase()] ?? nearest(said, Object.keys(FUNCTIONS))
  const candidate = near ? text.slice(0, at) + near + text.slice(end) : ''
  const fix = candidate && reads(candidate) ? candidate : ''
  const hint = near ? `The nearest is ${near}.` : `There are ${Object.keys(FUNCTIONS).toSorted().join(', ')}.`
  return { at, detail: `there is no function ${said}`, hint: fix ? `Did you mean \`${fix}\`?` : hint, fix }
}

function withFix(text: string, at: number, detail: string, known: readonly string[]): ExpressionFault {
  for (const candidate of candidates(text, at, known)) {
    if (candidate !== text && reads(candidate))
      return { at, detail, hint: `Did you mean \`${candidate}\`?`, fix: candidate }
  }
  return { at, detail, hint: EXAMPLE, fix: '' }
}

function reads(text: string): boolean {
  try {
    parse(text)
    return true
  } catch {
    return false
  }
}

function foundAt(text: string, at: number): string {
  if (at >= text.length) return 'the expression ends'
  const rest = text.slice(at)
  if (rest.startsWith('${')) {
    const key = /^\$\{(?:[^}\\]|\\.)+\}/s.exec(rest)
    if (key) return `found ${key[0]}`
    return rest.startsWith('${}') ? NAMELESS : UNCLOSED
  }
  const found = /^(?:\*\*|<=|>=|!=|[-+*/%=<>]|[A-Za-z0-9_.]+)/.exec(rest)
  return `found '${found ? found[0] : String.fromCodePoint(rest.codePointAt(0) as number)}'`
}

function expected(text: string, { at, wantsValue }: Unreadable): string {
  if (wantsValue) return 'a number, a key such as ${train/loss}, or a function such as log(...)'
  if (/^(?:[=<>]|!=)/.test(text.slice(at))) return '`and` or `or` between two comparisons'
  const before = text.slice(0, at).replaceAll(KEYS, '')
  if (countOf(before, '(') <= countOf(before, ')')) return 'an operator or the end'
  return isPlainParenthesis(before) ? 'an operator or )' : 'an operator, a comma or )'
}

/** Whether the innermost parenthesis still open follows no function's name. */
function isPlainParenthesis(before: string): boolean {
  let closed = 0
  for (let place = before.length - 1; place >= 0; place--) {
    if (before[place] === ')') closed++
    else if (before[place] === '(') {
      if (closed === 0) {
        const name = /[A-Za-z_][A-Za-z0-9_]*\s*$/.exec(before.slice(0, place))
        return !name || WORDS.has(name[0].trim())
      }
      closed--
    }
  }
  return true
}

/** Texts near `text`, the likeliest first. */
function* candidates(text: string, at: number, known: readonly string[]): Generator<string> {
  for (const start of [text, outsideKeys(text, respell)]) {
    yield start
    yield wrap(start, known)
    yield close(start)
    yield wrap(close(start), known)
  }
  if (at >= text.trimEnd().length) yield text.replace(/\s*(?:\*\*|[-+*/%,]|\band|\bor|\bnot)\s*$/, '')
  yield `${text.slice(0, at).trimEnd()}, ${text.slice(at)}`
  yield `${text.slice(0, at).trimEnd()} * ${text.slice(at)}`
}

/** Also a key that is never closed is left as it is. */
function outsideKeys(text: string, change: (part: string) => string): string {
  let out = ''
  let end = 0
  for (const key of text.matchAll(OPEN)) {
    out += change(text.slice(end, key.index)) + key[0]
    end = key.index + key[0].length
  }
  return out + change(text.slice(end))
}

function respell(text: string): string {
  for (const [theirs, ours] of SPELLINGS) text = text.replaceAll(theirs, ours)
  return text
    .replaceAll(/\$(?=[A-Za-z_])/g, '')
    .replaceAll(/!(?=\s*[(\w$]|$)/g, 'not ')
    .replaceAll(/ {2,}/g, ' ')
}

/** Bare names as keys, the longest that is known first: `val-loss * 2` is `${val-loss} * 2` where there is such a key. */
function wrap(text: string, known: readonly string[]): string {
  return outsideKeys(text, part => {
    let out = ''
    let place = 0
    while (place < part.length) {
      BARE.lastIndex = place
      const word = BARE.exec(part)
      if (!word || (place > 0 && /[\p{L}\p{N}]/u.test(part[place - 1] as string))) {
        out += part[place]
        place++
        continue
      }
      const rest = part.slice(place)
      let name = ''
      for (const key of known) if (key.length > name.length && rest.startsWith(key)) name = key
      if (name.length <= word[0].length) name = word[0]
      place += name.length
      const isCall = /^\s*\(/.test(part.slice(place)) && name in FUNCTIONS
      out += isCall || name in CONSTANTS || WORDS.has(name) ? name : formatKey(name)
    }
    return out
  })
}

/** What is open at the end closed. */
function close(text: string): string {
  const opened = blank(text).indexOf('${')
  if (opened >= 0) {
    // The key ends where its name does: before a space or a parenthesis.
    const end = opened + (/^\$\{[^\s(){},]*/.exec(text.slice(opened))?.[0].length ?? 2)
    text = `${text.slice(0, end)}}${text.slice(end)}`
  }
  const plainText = blank(text)
  return text.trimEnd() + ')'.repeat(Math.max(0, countOf(plainText, '(') - countOf(plainText, ')')))
}

function blank(text: string): string {
  return text.replaceAll(KEYS, key => ' '.repeat(key.length))
}

function countOf(text: string, character: string): number {
  return text.split(character).length - 1
}

/** The known name with the fewest letters to change, at most a third of them; empty if there is none so near. */
export function nearest(name: string, known: readonly string[]): string {
  const wanted = name.toLowerCase()
  const most = Math.max(wanted.length < 5 ? 1 : 2, Math.floor(wanted.length / 3))
  let best = ''
  let least = most + 1
  for (const each of known) {
    if (Math.abs(each.length - wanted.length) > most) continue
    const apart = changes(wanted, each.toLowerCase(), most)
    if (apart < least || (apart === least && apart <= most && each < best)) {
      least = apart
      best = each
    }
  }
  return best
}

/** Levenshtein's distance: letters inserted, removed or replaced. Above `most`, some number above it. */
function changes(a: string, b: string, most: number): number {
  const row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    let before = row[0] as number
    let lowest = i
    row[0] = i
    for (let j = 1; j <= b.length; j++) {
      const above = row[j] as number
      const value = Math.min(above + 1, (row[j - 1] as number) + 1, before + (a[i - 1] === b[j - 1] ? 0 : 1))
      row[j] = value
      before = above
      lowest = Math.min(lowest, value)
    }
    if (lowest > most) return most + 1
  }
  return row[b.length] as number
}
