/**
 * The filter builder's rows: a tree that may hold unfinished conditions, and its way to the filter's tree and back. Pure.
 *
 * A row keeps what was typed; only whole rows count. Rows and text are the same filter: `nodesOf(filterOf(nodes))` says the same.
 */

import {
  type Condition,
  fieldOf,
  type Filter,
  type FilterField,
  type FilterScalar,
  formatScalar,
  isAnd,
  isCondition,
  isNot,
  isOr,
  keyOf,
  parseFilter,
  parseTime,
  RUN_FIELDS,
  shortKeyOf,
} from '../../../data/filters'

export type NodeOperator =
  | '='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'in'
  | 'not in'
  | 'has'
  | 'not has'
  | 'contains'
  | '~'
  | 'not ~'
  | 'exists'
  | 'absent'

export interface ConditionNode {
  id: number
  kind: 'condition'
  key: string
  operator: NodeOperator
  /** As typed: text without quotes, a list with commas. */
  text: string
  /** `not` before an operator that has no negative of its own. */
  isNegated?: boolean
}

export interface GroupNode {
  id: number
  kind: 'group'
  join: 'all' | 'any'
  isNegated?: boolean
  nodes: Node[]
}

export type Node = ConditionNode | GroupNode
export type ValueKind = 'text' | 'list' | 'time' | 'number' | 'any'

let nextId = 1
const id = (): number => nextId++

export const newCondition = (key = ''): ConditionNode => ({
  id: id(),
  kind: 'condition',
  key,
  operator: operatorsOf(kindOfKey(key, []))[0] ?? '=',
  text: '',
})
export const newGroup = (): GroupNode => ({ id: id(), kind: 'group', join: 'any', nodes: [newCondition()] })

export const OPERATOR_LABELS: Record<NodeOperator, string> = {
  '=': '=',
  '!=': '≠',
  '<': '<',
  '<=': '≤',
  '>': '>',
  '>=': '≥',
  in: 'is in',
  'not in': 'not in',
  has: 'has',
  'not has': 'has not',
  contains: 'contains',
  '~': 'matches',
  'not ~': 'no match',
  exists: 'exists',
  absent: 'is absent',
}

/** What a key's values are, by its name and by what the server has seen. */
export function kindOfKey(key: string, kinds: readonly string[]): ValueKind {
  const field = fieldOf(key)
  if (field.section === 'run' && key !== '') return RUN_FIELDS[field.path] ?? 'any'
  if (field.section === 'metrics') return 'number'
  if (kinds.length === 0) return 'any'
  if (kinds.every(kind => ['f', 'i', 'float', 'int', 'number'].includes(kind))) return 'number'
  if (kinds.every(kind => ['s', 'str', 'text', 'string'].includes(kind))) return 'text'
  if (kinds.every(kind => kind === 'list' || kind === 'l')) return 'list'
  return 'any'
}

/** The operators that make sense for such values, the likeliest first. */
export function operatorsOf(kind: ValueKind): readonly NodeOperator[] {
  switch (kind) {
    case 'number':
      return ['>=', '<=', '=', '!=', '>', '<', 'in', 'not in', 'exists', 'absent']
    case 'time':
      return ['>=', '<=', '>', '<', 'exists', 'absent']
    case 'text':
      return ['=', '!=', 'contains', 'in', 'not in', '~', 'not ~', 'exists', 'absent']
    case 'list':
      return ['has', 'not has', '~', 'not ~', 'exists', 'absent']
    case 'any':
      return [
        '=',
        '!=',
        '>=',
        '<=',
        '>',
        '<',
        'in',
        'not in',
        'contains',
        '~',
        'not ~',
        'has',
        'not has',
        'exists',
        'absent',
      ]
  }
}

export const hasValue = (operator: NodeOperator): boolean => operator !== 'exists' && operator !== 'absent'

// ---- rows → filter

/** The root's filter. Rows that are not whole are left out; a group without whole rows as well. */
export function filterOf(root: GroupNode): Filter {
  return readNode(root) ?? { and: [] }
}

/** What one row or group means; null while it is not whole. */
export function readNode(node: Node): Filter | null {
  const inner = node.kind === 'group' ? readGroup(node) : readCondition(node)
  return inner && node.isNegated ? { not: inner } : inner
}

function readGroup({ join, nodes }: GroupNode): Filter | null {
  const parts = nodes.map(readNode).filter(part => part !== null)
  if (parts.length === 0) return null
  return parts.length === 1 ? (parts[0] as Filter) : join === 'all' ? { and: parts } : { or: parts }
}

function readCondition({ key, operator, text }: ConditionNode): Filter | null {
  if (key.trim() === '') return null
  const field = fieldOf(key.trim())
  if (operator === 'exists') return { field, operator }
  if (operator === 'absent') return { not: { field, operator: 'exists' } }
  if (text.trim() === '') return null
  if (operator === 'in' || operator === 'not in') {
    const values = splitList(text).map(item => readScalar(item, field).value)
    const among: Condition = { field, operator: 'in', value: values }
    return operator === 'in' ? among : { not: among }
  }
  if (operator === 'contains') return { field, operator: '~', value: escapePattern(text) }
  if (operator === '~' || operator === 'not ~') {
    const finds: Condition = { field, operator: '~', value: text }
    return operator === '~' ? finds : { not: finds }
  }
  const { value, age } = readScalar(text.trim(), field)
  const condition: Condition = {
    field,
    operator: operator === 'not has' ? 'has' : operator,
    value,
    ...(age ? { age } : {}),
  }
  return operator === 'not has' ? { not: condition } : condition
}

/** What is typed as a value: a date or an age where a time belongs, a number where it is one, else text. */
function readScalar(text: string, field: FilterField): { value: FilterScalar; age?: string } {
  const kind = field.section === 'run' ? RUN_FIELDS[field.path] : field.section === 'tags' ? 'text' : undefined
  const quoted = /^"(?:[^"\\]|\\[^])*"$|^'(?:[^'\\]|\\[^])*'$/.test(text)
  if (kind === 'text' || kind === 'list') return { value: quoted ? unquoted(text) : text }
  if (kind === 'time') {
    const condition = read(`created_at > ${text}`)
    if (condition?.age) return { value: condition.value as number, age: condition.age }
    return { value: parseTime(text) ?? (Number.isFinite(Number(text)) ? Number(text) : text) }
  }
  if (quoted) return { value: unquoted(text) }
  const condition = read(`x = ${text}`)
  return {
    value: condition && !condition.age && !/^\d{4}-\d{2}-\d{2}/.test(text) ? (condition.value as FilterScalar) : text,
  }
}

function read(text: string): Condition | null {
  try {
    const filter = parseFilter(text)
    return isCondition(filter) ? filter : null
  } catch {
    return null
  }
}

const unquoted = (text: string): string => String(read(`x = ${text}`)?.value ?? text)

/** By commas outside quotes. */
export function splitList(text: string): string[] {
  return (text.match(/(?:"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'|[^,])+/g) ?? [])
    .map(item => item.trim())
    .filter(Boolean)
}

export const escapePattern = (text: string): string => text.replaceAll(/[\\.*+?()[\]{}|^$]/g, String.raw`\$&`)

// ---- filter → rows

/** The rows of a filter. The root is always a group, so that a condition can be added beside. */
export function nodesOf(filter: Filter): GroupNode {
  const node = nodeOf(filter)
  if (node.kind === 'group' && !node.isNegated) return node
  return { id: id(), kind: 'group', join: 'all', nodes: [node] }
}

function nodeOf(filter: Filter): Node {
  if (isNot(filter)) return negated(nodeOf(filter.not))
  if (isCondition(filter)) return conditionNode(filter)
  if (isOr(filter) && filter.or.length === 0) return { ...newGroup(), nodes: [], isNegated: true, join: 'all' }
  const parts = isAnd(filter) ? filter.and : filter.or
  return { id: id(), kind: 'group', join: isAnd(filter) ? 'all' : 'any', nodes: parts.map(nodeOf) }
}

const NEGATIVES: Partial<Record<NodeOperator, NodeOperator>> = {
  in: 'not in',
  has: 'not has',
  '~': 'not ~',
  exists: 'absent',
}

function negated(node: Node): Node {
  const negative = node.kind === 'condition' && !node.isNegated ? NEGATIVES[node.operator] : undefined
  if (negative && node.kind === 'condition') return { ...node, operator: negative }
  if (node.isNegated) {
    const { isNegated: _, ...rest } = node
    return rest
  }
  return { ...node, isNegated: true }
}

function conditionNode({ field, operator, value, age }: Condition): ConditionNode {
  const node = { id: id(), kind: 'condition' as const, key: shortKeyOf(field) }
  if (operator === 'exists') return { ...node, operator, text: '' }
  if (operator === 'in')
    return { ...node, operator, text: (value as FilterScalar[]).map(each => typed(each, field, true)).join(', ') }
  if (operator === '~') {
    const pattern = String(value)
    const plain = pattern.replaceAll(/\\([\\.*+?()[\]{}|^$])/g, '$1')
    return plain !== '' && escapePattern(plain) === pattern
      ? { ...node, operator: 'contains', text: plain }
      : { ...node, operator, text: pattern }
  }
  return { ...node, operator, text: age ?? typed(value as FilterScalar, field, false) }
}

/** The value as one would type it: text without quotes where that reads as the same. */
function typed(value: FilterScalar, field: FilterField, isInList: boolean): string {
  if (typeof value !== 'string') return formatScalar(value, field)
  const again = readScalar(value.trim(), field)
  const isPlain = again.value === value && again.age === undefined && value !== '' && !(isInList && value.includes(','))
  return isPlain ? value : formatScalar(value, field)
}

// ---- editing

/** `root` with the node of that id replaced by what `change` makes of it; null takes it away. */
export function changeNode(root: GroupNode, target: number, change: (node: Node) => Node | null): GroupNode {
  const walk = (node: Node): Node | null => {
    if (node.id === target) return change(node)
    if (node.kind === 'condition') return node
    return { ...node, nodes: node.nodes.map(walk).filter(child => child !== null) }
  }
  return (walk(root) ?? { ...root, nodes: [] }) as GroupNode
}

/** A chip's words: `val/mIoU`, `≥ 0.80`. */
export function chipText(filter: Filter): { key: string; rest: string } {
  const node = nodeOf(filter)
  if (node.kind === 'group') {
    return {
      key: node.isNegated ? 'not' : node.join === 'any' ? 'any of' : 'all of',
      rest: `${node.nodes.length} conditions`,
    }
  }
  const not = node.isNegated ? 'not ' : ''
  const label = node.operator === 'has' || node.operator === '=' ? '' : `${OPERATOR_LABELS[node.operator]} `
  return { key: not + node.key.replace(/^config\./, '').replace(/^tags$/, 'tag'), rest: `${label}${node.text}`.trim() }
}

/** What a brush says: `val/mIoU ≥ 0.86, ≤ 0.87`, each key once. */
export function brushText(parts: readonly Filter[]): string {
  let before = ''
  return parts
    .map(chipText)
    .map(({ key, rest }) => {
      const shown = key === before ? rest : `${key.replace(/^summary\./, '')} ${rest}`
      before = key
      return shown
    })
    .join(', ')
}

/** The conditions that stand side by side at the top: each is a chip, and dropping one leaves the others. */
export function topParts(filter: Filter): Filter[] {
  return isAnd(filter) ? filter.and : [filter]
}

export function withoutPart(filter: Filter, place: number): Filter {
  const rest = topParts(filter).toSpliced(place, 1)
  return rest.length === 1 ? (rest[0] as Filter) : { and: rest }
}

export { keyOf }
