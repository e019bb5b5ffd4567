/** Which columns the list shows: opens on those whose values differ, finds among thousands, and holds what one derives. */

import { folded } from '../../../ui/folding'
import { matchesWords } from '../../../ui/match'
import { useDeferredValue, useMemo, useRef, useState } from 'react'
import { formatCount } from '../../../charts/number'
import { Button, IconButton } from '../../../ui/Button'
import { Checkbox, Segmented, TextInput } from '../../../ui/controls'
import { Icon } from '../../../ui/icons'
import { Menu, MenuItem } from '../../../ui/Menu'
import { Loading, Bone } from '../../../ui/states'
import { useMedia } from '../../../ui/useToken'
import { useWindow } from '../../../ui/useWindow'
import { FIELD_TITLES, keyTitle, type ColumnChoice, type RunSet } from '../runSet'
import { moveColumn, setDerived, withSet } from '../runSetActions'
import type { Session } from '../session'
import { type Branch, type Leaf, setShown, tickOf, treeRows } from './columnTree'
import { DerivedForm } from './DerivedForm'
import { choiceOf } from './GridHead'
import type { ChangeRunSet, ShownColumn } from './shown'
import { type Facts, useDiffering, useFacts } from './useFacts'
import { type Key, useKeys } from './useKeys'

type Tab = 'differ' | 'shown' | 'all'

export interface ColumnPickerProps {
  session: Session
  set: RunSet
  change: ChangeRunSet
  columns: readonly ShownColumn[]
}

export function ColumnPicker({ session, set, change, columns }: ColumnPickerProps) {
  const [tab, setTab] = useState<Tab>('differ')
  const [typed, setTyped] = useState('')
  const [folds, setFolds] = useState<ReadonlyMap<string, boolean>>(new Map())
  const words = useDeferredValue(folded(typed.trim()))
  const { keys, isLoading } = useKeys(session.api, true, words)
  const all = useMemo(() => [...keys, ...OWN_KEYS.filter(own => !keys.some(({ key }) => key === own.key))], [keys])
  const differs = useDiffering(session.runs, set)
  // Until the listed runs are looked at, what differs in the whole project.
  const differing = useMemo(
    () => differs.keys ?? all.filter(key => key.section !== 'run' && key.isDistinct),
    [differs.keys, all],
  )
  const found = useMemo(() => {
    return (tab === 'differ' && words === '' ? differing : all).filter(({ key }) => matchesWords(key, words))
  }, [tab, words, differing, all])
  const rows = useMemo(() => treeRows(found, all, folds, words !== ''), [found, all, folds, words])
  const shown = useMemo(() => new Set(columns.map(({ key }) => key)), [columns])
  const choices = columns.map(choiceOf)
  const setColumns = (next: readonly ColumnChoice[]): void => change(set => withSet(set, { columns: [...next] }))
  const show = (keys: readonly string[], isShown: boolean): void => setColumns(setShown(choices, keys, isShown))
  const missing = found.filter(({ key }) => !shown.has(key)).map(({ key }) => key)
  return (
    <div className="cp">
      <div className="cp-h">
        <TextInput
          icon="search"
          autoFocus
          aria-label="Find a column"
          placeholder={`Find among ${formatCount(all.length)} keys`}
          value={typed}
          onChange={event => setTyped(event.target.value)}
        />
        <Segmented
          isWide
          label="Which columns"
          value={tab}
          options={[
            { value: 'differ', label: <Counted word="Differ" count={differing.length} /> },
            { value: 'shown', label: <Counted word="Shown" count={columns.length} /> },
            { value: 'all', label: <Counted word="All" count={all.length} /> },
          ]}
          onChange={setTab}
        />
      </div>
      {tab === 'shown' && words === '' ? (
        <ShownColumns columns={columns} set={set} change={change} session={session} onColumns={setColumns} />
      ) : (
        <>
          <Loading
            isLoading={isLoading}
            skeleton={
              <div className="cp-tree">
                <Bone width="70%" height={10} />
              </div>
            }
          >
            {() => (
              <Tree
                session={session}
                set={set}
                known={differs.facts}
                title={tab === 'differ' && words === '' ? 'Values differ between runs' : 'Keys of the project'}
                rows={rows}
                shown={shown}
                onShow={show}
                onFold={(path, isOpen) => setFolds(new Map([...folds, [path, isOpen]]))}
              />
            )}
          </Loading>
        </>
      )}
      <div className="cp-f">
        <span>
          <b className="b">{formatCount(columns.length)} shown</b>{' '}
          {tab === 'shown' ? (
            <span className="t3">drag to order</span>
          ) : (
            <button type="button" className="link" onClick={() => setTab('shown')}>
              order
            </button>
          )}
        </span>
        <span className="right row-g">
          <Presets set={set} change={change} differing={differing} all={all} onColumns={setColumns} />
          <Button small disabled={missing.length === 0} onClick={() => show(missing.slice(0, SHOW_MAX), true)}>
            Show {missing.length > SHOW_MAX ? `the first ${SHOW_MAX}` : `all ${formatCount(missing.length)}`}
          </Button>
        </span>
      </div>
    </div>
  )
}

/** Columns shown by one press: more than this no screen holds. */
const SHOW_MAX = 200

const OWN_KEYS: readonly Key[] = Object.keys(FIELD_TITLES)
  .filter(key => key !== 'name')
  .map(key => ({ key, section: 'run' as const, kinds: [], runCount: 0, isDistinct: false }))

function Counted({ word, count }: { word: string; count: number }) {
  return (
    <>
      {word} <span className="t3">{formatCount(count)}</span>
    </>
  )
}

function Tree({
  session,
  set,
  known,
  title,
  rows,
  shown,
  onShow,
  onFold,
}: {
  session: Session
  set: RunSet
  /** Facts that need not be asked for. */
  known: ReadonlyMap<string, Facts>
  title: string
  rows: readonly (Leaf | Branch)[]
  shown: ReadonlySet<string>
  onShow: (keys: readonly string[], isShown: boolean) => void
  onFold: (path: string, isOpen: boolean) => void
}) {
  const scroller = useRef<HTMLDivElement>(null)
  const rowPx = useMedia('(pointer: coarse)') ? 44 : 28
  const { first, last } = useWindow(scroller, rows.length, rowPx)
  const seen = rows
    .slice(first, last + 1)
    .flatMap(row => (row.kind === 'leaf' && row.info.section !== 'run' && !known.has(row.key) ? [row.key] : []))
  const { facts, runCount, total } = useFacts(session.runs, set, seen)
  return (
    <>
      <div className="cp-cap cap">
        <span>{title}</span>
        <span
          className="right"
          title={
            runCount < total
              ? `Counted in the first ${formatCount(runCount)} of ${formatCount(total)} listed runs`
              : `Counted in the ${formatCount(total)} listed runs`
          }
        >
          Distinct{runCount < total ? ` in ${formatCount(runCount)}` : ''}
        </span>
      </div>
      <div ref={scroller} className="cp-tree" tabIndex={-1}>
        {rows.length === 0 && <p className="hint none">No key is called so.</p>}
        <ul role="tree" aria-label="Columns" style={{ height: rows.length * rowPx }}>
          {rows.slice(first, last + 1).map((row, i) => {
            const top = (first + i) * rowPx
            const style = { transform: `translateY(${top}px)`, height: rowPx, paddingLeft: 8 + row.depth * 16 }
            if (row.kind === 'branch') {
              return (
                <li
                  key={row.path}
                  role="treeitem"
                  aria-expanded={row.isOpen}
                  aria-selected={false}
                  aria-level={row.depth + 1}
                  className="cp-n"
                  style={style}
                >
                  <button
                    type="button"
                    className="cp-fold"
                    aria-label={`${row.isOpen ? 'Fold' : 'Open'} ${row.label}`}
                    onClick={() => onFold(row.path, !row.isOpen)}
                  >
                    <Icon name={row.isOpen ? 'chev-d' : 'chev-r'} size={12} />
                  </button>
                  <Checkbox
                    label={`All of ${row.label}`}
                    value={tickOf(row.keys, shown)}
                    onChange={isShown => onShow(row.keys, isShown)}
                  />
                  <button
                    type="button"
                    className="cp-branch cut"
                    tabIndex={-1}
                    onClick={() => onFold(row.path, !row.isOpen)}
                  >
                    {row.label}
                  </button>
                  <span className="cp-v num">
                    {row.total > row.listed
                      ? `${formatCount(row.listed)} of ${formatCount(row.total)}`
                      : formatCount(row.listed)}
                  </span>
                </li>
              )
            }
            const isShown = shown.has(row.key)
            const fact = known.get(row.key) ?? facts.get(row.key)
            return (
              <li
                key={row.key}
                role="treeitem"
                aria-selected={isShown}
                aria-level={row.depth + 1}
                className="cp-n"
                style={style}
                title={row.key}
              >
                <Checkbox label={keyTitle(row.key)} value={isShown} onChange={isShown => onShow([row.key], isShown)} />
                <span className="cut cp-leaf">{row.info.section === 'run' ? keyTitle(row.key) : row.label}</span>
                {fact && <MiniBars bars={fact.bars} />}
                <span className="cp-v num">{fact ? formatCount(fact.distinct) : ''}</span>
              </li>
            )
          })}
        </ul>
      </div>
    </>
  )
}

function MiniBars({ bars }: { bars: readonly number[] }) {
  const most = Math.max(...bars, 1)
  return (
    <svg className="cp-bars" width="52" height="14" viewBox="0 0 52 14" aria-hidden="true" preserveAspectRatio="none">
      {bars.map((count, i) => {
        const width = 52 / bars.length
        const height = count === 0 ? 0 : Math.max(1, (count / most) * 14)
        // oxlint-disable-next-line react/no-array-index-key -- a bar is its place
        return <rect key={i} x={i * width + 0.5} width={Math.max(1, width - 1)} y={14 - height} height={height} />
      })}
    </svg>
  )
}

function ShownColumns({
  session,
  columns,
  set,
  change,
  onColumns,
}: ColumnPickerProps & { onColumns: (columns: readonly ColumnChoice[]) => void }) {
  const [dragged, setDragged] = useState<string | null>(null)
  const [over, setOver] = useState<string | null>(null)
  const [editing, setEditing] = useState<string | null>(null)
  const choices = columns.map(choiceOf)
  const shift = (key: string, by: number): void => {
    const place = choices.findIndex(other => other.key === key)
    const before = by < 0 ? choices[place - 1]?.key : choices[place + 2]?.key
    if (by < 0 && place === 0) return
    onColumns(moveColumn(choices, key, before ?? null))
  }
  return (
    <div className="cp-tree">
      <ol className="cp-order" aria-label="Columns in order">
        {columns.map(({ key, label, is_pinned }) => (
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- dragging; its button moves it by keys
          <li
            key={key}
            className={over === key && dragged !== key ? 'cp-n over' : 'cp-n'}
            draggable
            onDragStart={() => setDragged(key)}
            onDragOver={event => {
              if (dragged === null) return
              event.preventDefault()
              setOver(key)
            }}
            onDrop={() => {
              if (dragged !== null) onColumns(moveColumn(choices, dragged, key))
              setDragged(null)
              setOver(null)
            }}
            onDragEnd={() => {
              setDragged(null)
              setOver(null)
            }}
          >
            <button
              type="button"
              className="cp-drag"
              aria-label={`Move ${label}: arrow keys up and down`}
              onKeyDown={event => {
                const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0
                if (by === 0) return
                event.preventDefault()
                event.stopPropagation()
                shift(key, by)
              }}
            >
              <Icon name="drag" size={14} />
            </button>
            <span className="cut grow" title={key}>
              {label}
            </span>
            {key.startsWith('derived.') && (
              <IconButton small icon="edit" label={`Edit ${label}`} onClick={() => setEditing(key.slice(8))} />
            )}
            <IconButton
              small
              icon="pin"
              label={is_pinned ? `Let ${label} scroll` : `Pin ${label} to the left`}
              aria-pressed={is_pinned ?? false}
              onClick={() =>
                onColumns(choices.map(choice => (choice.key === key ? { ...choice, is_pinned: !is_pinned } : choice)))
              }
            />
            <IconButton
              small
              icon="close"
              label={`Hide ${label}`}
              onClick={() => onColumns(choices.filter(choice => choice.key !== key))}
            />
          </li>
        ))}
      </ol>
      {editing === null ? (
        <Button kind="ghost" small icon="plus" onClick={() => setEditing('')}>
          Derived column
        </Button>
      ) : (
        <DerivedForm
          session={session}
          set={set}
          column={(set.derived ?? []).find(({ name }) => name === editing) ?? null}
          onCancel={() => setEditing(null)}
          onRemove={() => {
            change(set => setDerived(set, editing, null))
            setEditing(null)
          }}
          onDone={column => {
            change(now => {
              const next = setDerived(now, editing || column.name, column)
              const key = `derived.${column.name}`
              const own = next.columns ?? choices
              return withSet(next, { columns: own.some(choice => choice.key === key) ? own : [...own, { key }] })
            })
            setEditing(null)
          }}
        />
      )}
    </div>
  )
}

function Presets({
  change,
  differing,
  all,
  onColumns,
}: {
  set: RunSet
  change: ChangeRunSet
  differing: readonly Key[]
  all: readonly Key[]
  onColumns: (columns: readonly ColumnChoice[]) => void
}) {
  const only = (keys: readonly Key[], ...own: string[]): void =>
    onColumns([...keys.slice(0, SHOW_MAX).map(({ key }) => ({ key })), ...own.map(key => ({ key }))])
  const metrics = all.filter(({ section }) => section === 'metric' || section === 'summary')
  return (
    <Menu
      label="Presets of columns"
      align="end"
      trigger={
        <Button kind="ghost" small>
          Presets
        </Button>
      }
    >
      <MenuItem icon="undo" onSelect={() => change(set => withSet(set, { columns: undefined }))}>
        Main value and age
      </MenuItem>
      <MenuItem icon="compare" onSelect={() => only(differing, 'created_at')}>
        What differs
      </MenuItem>
      <MenuItem
        icon="settings"
        onSelect={() =>
          only(
            all.filter(({ section }) => section === 'config'),
            'created_at',
          )
        }
      >
        Config
      </MenuItem>
      <MenuItem icon="chart" onSelect={() => only(metrics, 'created_at')}>
        Metrics
      </MenuItem>
      <MenuItem
        icon="list"
        onSelect={() => only([], 'state', 'user', 'tags', 'notes', 'duration_s', 'last_step', 'created_at')}
      >
        About the run
      </MenuItem>
    </Menu>
  )
}
