/**
 * The filter as rows and as text: one tree, either can be edited, and it applies as one types. At each row stands how many runs meet
 * it, so that a condition that removes too much is seen where it is.
 */

import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { formatCount } from '../../../charts/number'
import { type Filter, formatFilter, parseFilter } from '../../../data/filters'
import type { RunsApi } from '../../../data/runs'
import { Button, IconButton } from '../../../ui/Button'
import { copyText } from '../../../ui/clipboard'
import { Combo, type ComboOption } from '../../../ui/Combo'
import { Segmented, Switch } from '../../../ui/controls'
import { Icon } from '../../../ui/icons'
import { Menu, MenuChoice } from '../../../ui/Menu'
import { type RunSet } from '../runSet'
import { withSet } from '../runSetActions'
import type { Session } from '../session'
import { queryCode } from './code'
import {
  changeNode,
  type ConditionNode,
  filterOf,
  type GroupNode,
  hasValue,
  kindOfKey,
  newCondition,
  newGroup,
  type Node,
  nodesOf,
  OPERATOR_LABELS,
  operatorsOf,
  readNode,
} from './filterNodes'
import { faultOf, FilterText } from './FilterText'
import type { ChangeRunSet } from './shown'
import { keyOptions, useKeys, useValues } from './useKeys'

export interface FilterBuilderProps {
  session: Session
  set: RunSet
  change: ChangeRunSet
  serverFault: { at: number; detail: string; better: string } | null
  /** The top condition to begin at. */
  part?: number | undefined
  onClose: () => void
}

export function FilterBuilder({ session, set, change, serverFault, part, onClose }: FilterBuilderProps) {
  const text = set.filter ?? ''
  const [root, setRoot] = useState<GroupNode>(() => start(text))
  const [said, setSaid] = useState(text)
  // The text, Back, or a chip changed the filter from outside: the rows follow. What the rows themselves say comes back unseen.
  if (text !== said && faultOf(text) === null) {
    setSaid(text)
    setRoot(start(text))
  }
  const { keys } = useKeys(session.api, true)
  const options = useMemo(() => keyOptions(keys), [keys])
  const kinds = useMemo(() => new Map(keys.map(key => [key.key, key.kinds])), [keys])
  const edit = (next: GroupNode): void => {
    setRoot(next)
    const filter = formatFilter(filterOf(next), { isForPeople: true })
    setSaid(filter)
    change(set => withSet(set, { filter }), { replace: true })
  }
  const editNode = (id: number, make: (node: Node) => Node | null): void => edit(changeNode(root, id, make))
  const shared: Shared = { api: session.runs, set, options, kinds, edit: editNode }
  const { server, entity, project } = { server: serverUrl(), entity: session.entity, project: session.project }
  return (
    <div className="fb">
      <div className="fb-h">
        <h2>Filter runs</h2>
        <Segmented
          small
          label="Runs that meet"
          value={root.join}
          options={[
            { value: 'all', label: 'All of' },
            { value: 'any', label: 'Any of' },
          ]}
          onChange={join => edit({ ...root, join })}
        />
        <IconButton small icon="close" label="Close" keys="escape" onClick={onClose} />
      </div>
      <div className="fb-c">
        <Rows group={root} depth={0} focus={faultOf(text) ? -1 : part} {...shared} />
      </div>
      <div className="fb-more">
        <span className="fb-mine">
          <Switch
            label="Only runs that I started"
            isOn={set.only_mine ?? false}
            onChange={isOn => change(set => withSet(set, { only_mine: isOn || undefined }))}
          />
          Only mine
        </span>
        <span className="fb-mine">
          <Switch
            label="The search is a regular expression"
            isOn={set.is_regex ?? false}
            onChange={isOn => change(set => withSet(set, { is_regex: isOn || undefined }))}
          />
          Search by regular expression
        </span>
      </div>
      <FilterText
        value={text}
        serverFault={serverFault}
        onApply={filter => {
          setSaid(filter)
          setRoot(start(filter))
          change(set => withSet(set, { filter }), { replace: true })
        }}
      />
      <div className="fb-f">
        <Total session={session} set={set} />
        <span className="right" />
        <Button kind="ghost" small onClick={() => edit({ ...nodesOf({ and: [] }), nodes: [newCondition()] })}>
          Clear
        </Button>
        <Button
          small
          icon="copy"
          onClick={() => void copyText(queryCode(set, { server, entity, project }), 'the query')}
        >
          Copy as code
        </Button>
      </div>
    </div>
  )
}

/** The rows of a text; one to begin with where there is none. */
function start(text: string): GroupNode {
  const root = faultOf(text) === null ? nodesOf(parseFilter(text)) : nodesOf({ and: [] })
  return root.nodes.length > 0 ? root : { ...root, nodes: [newCondition()] }
}

export const serverUrl = (): string => new URL('.', document.baseURI).toString().replace(/\/$/, '')

/** How many of all runs are left, and how long the answer took. */
function Total({ session, set }: { session: Session; set: RunSet }) {
  const question = questionFor(set)
  const all = useCount(session.runs, '', {})
  const left = useCount(session.runs, set.filter ?? '', question)
  if (left.data === undefined) return <span className="t3">{left.isError ? 'not counted' : 'counting'}</span>
  return (
    <span aria-live="polite">
      <b className="b">
        {formatCount(left.data.count)} {all.data ? `of ${formatCount(all.data.count)} ` : ''}runs
      </b>{' '}
      <span className="t3">in {Math.max(1, Math.round(left.data.ms))} ms</span>
    </span>
  )
}

const questionFor = (set: RunSet) => ({
  search: set.search ?? '',
  is_regex: set.is_regex ?? false,
  only_mine: set.only_mine ?? false,
  derived: set.derived ?? [],
})

export function useCount(api: RunsApi, filter: string, rest: Partial<ReturnType<typeof questionFor>>, isWanted = true) {
  return useQuery({
    queryKey: ['run-count', api.path, filter, JSON.stringify(rest)],
    queryFn: async ({ signal }) => {
      const from = performance.now()
      const count = await api.count({ filter, ...rest }, signal)
      return { count, ms: performance.now() - from }
    },
    enabled: isWanted,
    staleTime: 5000,
    retry: false,
  })
}

interface Shared {
  api: RunsApi
  set: RunSet
  options: readonly ComboOption[]
  kinds: ReadonlyMap<string, readonly string[]>
  edit: (id: number, make: (node: Node) => Node | null) => void
}

function Rows({
  group,
  depth,
  focus,
  ...shared
}: Shared & { group: GroupNode; depth: number; focus?: number | undefined }) {
  const add = (node: Node): void =>
    shared.edit(group.id, now => ({ ...(now as GroupNode), nodes: [...(now as GroupNode).nodes, node] }))
  return (
    <>
      {group.nodes.map((node, i) => {
        const lead = i === 0 ? (depth === 0 ? 'Where' : '') : group.join === 'all' ? 'and' : 'or'
        return node.kind === 'condition' ? (
          <ConditionRow
            key={node.id}
            node={node}
            lead={lead}
            hasFocus={
              focus === i || (focus === undefined && i === group.nodes.length - 1 && depth === 0 && node.key === '')
            }
            {...shared}
          />
        ) : (
          <div key={node.id} className="fb-nest">
            <span className="fb-lead">{lead}</span>
            <div className="fb-grp" role="group" aria-label={`${node.isNegated ? 'not ' : ''}${node.join} of`}>
              <div className="fb-grp-h">
                <Menu
                  label="How the conditions are joined"
                  trigger={
                    <button type="button" className="cap fb-join">
                      {node.isNegated ? 'Not ' : ''}
                      {node.isNegated ? node.join : node.join === 'any' ? 'Any' : 'All'} of
                      <Icon name="chev-d" size={11} />
                    </button>
                  }
                >
                  <MenuChoice
                    value={`${node.isNegated ? 'not ' : ''}${node.join}`}
                    options={[
                      { value: 'all', label: 'All of' },
                      { value: 'any', label: 'Any of' },
                      { value: 'not all', label: 'Not all of' },
                      { value: 'not any', label: 'None of' },
                    ]}
                    onChange={choice => {
                      const { isNegated: _, ...plain } = node
                      const join = choice.endsWith('any') ? 'any' : 'all'
                      shared.edit(node.id, () => ({
                        ...plain,
                        join,
                        ...(choice.startsWith('not') ? { isNegated: true } : {}),
                      }))
                    }}
                  />
                </Menu>
                <IconButton
                  small
                  icon="close"
                  label="Take the group away"
                  onClick={() => shared.edit(node.id, () => null)}
                />
              </div>
              <Rows group={node} depth={depth + 1} {...shared} />
            </div>
          </div>
        )
      })}
      <div className="fb-add">
        <Button kind="ghost" small icon="plus" onClick={() => add(newCondition())}>
          Condition
        </Button>
        <Button kind="ghost" small icon="group" onClick={() => add(newGroup())}>
          Group
        </Button>
        {depth === 0 && <span className="t3 right desk-only">runs that meet it</span>}
      </div>
    </>
  )
}

function ConditionRow({
  node,
  lead,
  hasFocus,
  api,
  set,
  options,
  kinds,
  edit,
}: Shared & { node: ConditionNode; lead: string; hasFocus: boolean }) {
  const [draft, setDraft] = useState(node.key)
  const [seen, setSeen] = useState(node.key)
  if (seen !== node.key) {
    setSeen(node.key)
    setDraft(node.key)
  }
  const full = node.key
  const kind = kindOfKey(full, kinds.get(full) ?? kinds.get(`summary.${full}`) ?? [])
  const operators = operatorsOf(kind)
  const shownOperators = operators.includes(node.operator) ? operators : [node.operator, ...operators]
  const values = useValues(api, node.key, hasValue(node.operator))
  const set1 = (changes: Partial<ConditionNode>): void =>
    edit(node.id, now => ({ ...(now as ConditionNode), ...changes }))
  const pickKey = (key: string): void => {
    const next = operatorsOf(kindOfKey(key, kinds.get(key) ?? kinds.get(`summary.${key}`) ?? []))
    set1({ key, operator: next.includes(node.operator) ? node.operator : (next[0] ?? '=') })
  }
  const filter: Filter | null = readNode(node)
  const text = filter ? formatFilter(filter) : ''
  const count = useCount(api, useSettled(text), questionFor({ ...set, search: '' }), text !== '')
  const isList = node.operator === 'in' || node.operator === 'not in'
  const isKeyKnown =
    node.key === '' ||
    options.length === 0 ||
    options.some(option => option.value === node.key || `summary.${option.value}` === node.key) ||
    /^(metrics|derived)\./.test(node.key)
  return (
    <div className="fb-cond">
      <span className="fb-lead">
        {lead}
        {node.isNegated ? ' not' : ''}
      </span>
      <Combo
        label="Key"
        placeholder="Key"
        value={draft}
        options={options}
        autoFocus={hasFocus && node.key === ''}
        isWhole={draft === node.key}
        isBad={!isKeyKnown}
        onChange={typed => {
          setDraft(typed)
          if (options.some(option => option.value === typed)) pickKey(typed)
          else set1({ key: typed.trim() })
        }}
        onPick={pickKey}
      />
      <Menu
        label="Operator"
        trigger={
          <button type="button" className="input sel" aria-label={`Operator: ${OPERATOR_LABELS[node.operator]}`}>
            <span className="cut">{OPERATOR_LABELS[node.operator]}</span>
            <Icon name="chev-d" size={12} />
          </button>
        }
      >
        <MenuChoice
          value={node.operator}
          options={shownOperators.map(value => ({ value, label: OPERATOR_LABELS[value] }))}
          onChange={operator => set1({ operator })}
        />
      </Menu>
      {hasValue(node.operator) ? (
        <Combo
          label="Value"
          placeholder={kind === 'time' ? '2026-01-31 (UTC) or now-7d' : isList ? 'a, b' : 'Value'}
          value={node.text}
          options={isList ? listOptions(values, node.text) : values}
          autoFocus={hasFocus && node.key !== ''}
          isWhole={values.some(option => option.value === node.text)}
          onChange={text => set1({ text })}
        />
      ) : (
        <span />
      )}
      <span className="fb-count num" title="Runs that meet this condition">
        {count.data ? formatCount(count.data.count) : count.isError ? '?' : ''}
      </span>
      <IconButton small icon="close" label="Take the condition away" onClick={() => edit(node.id, () => null)} />
    </div>
  )
}

/** Completion of a list is of its last item. */
function listOptions(values: readonly ComboOption[], text: string): ComboOption[] {
  const items = text.split(',')
  const before = items
    .slice(0, -1)
    .map(item => item.trim())
    .filter(Boolean)
  return values
    .filter(option => !before.includes(option.value))
    .map(({ value, hint }) => ({ value: [...before, value].join(', '), hint }))
}

/** What was typed, once it rests: each letter would be a question. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), 250)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}
