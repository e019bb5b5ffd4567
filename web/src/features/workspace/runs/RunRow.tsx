/** A row of the run list. Memoised: a refresh renders the rows that changed, pointing at one renders none. */

import { memo, type MouseEvent } from 'react'
import { formatAge } from '../../../charts/number'
import type { Run } from '../../../data/project'
import { cx } from '../../../ui/cx'
import { Icon, StateGlyph } from '../../../ui/icons'
import { Checkbox } from '../../../ui/controls'
import { TagText } from '../../../ui/TagText'
import { FIELD_TITLES } from '../runSet'
import { cellText, type Delta, deltaOf, exactOf, type Goal, localTime, valueOf } from './cells'
import type { ShownColumn } from './shown'

/** What a column knows of its rows: the best value and the ends of its bar. */
export interface ColumnFacts {
  goal: Goal
  best: number
  low: number
  high: number
}

export interface RowCalls {
  toggle: (run: string, isOnly: boolean) => void
  /** `index`: which of its rows was pressed, for a pinned run has two. */
  pick: (run: string, index: number, event: { shiftKey: boolean; ctrlKey: boolean; metaKey: boolean }) => void
  check: (run: string) => void
  open: (run: string) => void
  menu: (run: string, event: MouseEvent) => void
  rename: (run: string, name: string | null) => void
}

export interface RunRowProps {
  run: Run | null
  /** What is known before the run itself is here. */
  name: string
  id: string
  /** Position among all rows, from 0. */
  index: number
  top: number
  height: number
  depth: number
  /** Empty: not known yet. */
  state: Run['state'] | ''
  colour: string
  dash: string
  isBaseline: boolean
  isPinned: boolean
  isHidden: boolean
  /** Not hidden, but beyond the number of runs that are drawn. */
  isBeyond: boolean
  isCurrent: boolean
  isSelected: boolean
  /** Some run is selected: the eyes make place for checks. */
  isSelecting: boolean
  isRenaming: boolean
  isPhone: boolean
  isWide: boolean
  lead: readonly ShownColumn[]
  rest: readonly ShownColumn[]
  compared: string
  base: Run | null
  facts: ReadonlyMap<string, ColumnFacts>
  now: number
  calls: RowCalls
}

export const rowId = (run: string, isPin = false): string => `run-${isPin ? 'pin-' : ''}${run}`

export const RunRow = memo(function RunRow(props: RunRowProps) {
  const { run, index, isHidden, isCurrent, isSelected, isBaseline, isPinned, calls, id, depth } = props
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the list's own keys do the same
    <div
      className={cx(
        'run-row',
        isHidden && 'hid',
        props.isBeyond && 'beyond',
        isCurrent && 'current',
        isSelected && 'selected',
        isBaseline && 'base',
        isPinned && 'pinned',
      )}
      style={{ top: props.top, height: props.height }}
      role="row"
      id={rowId(id, isPinned)}
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      data-run={id}
      onClick={event => {
        if ((event.target as Element).closest('button, a, input')) return
        calls.pick(id, index, event)
      }}
      onDoubleClick={event => {
        if (!(event.target as Element).closest('button, a, input')) calls.open(id)
      }}
      onContextMenu={event => calls.menu(id, event)}
    >
      <div role="presentation" className="run-lead">
        <span role="gridcell">
          {props.isSelecting ? (
            <Checkbox label={`Select ${run?.name ?? props.name}`} value={isSelected} onChange={() => calls.check(id)} />
          ) : (
            <Eye name={run?.name ?? props.name} isHidden={isHidden} onToggle={isOnly => calls.toggle(id, isOnly)} />
          )}
        </span>
        <span role="gridcell">
          <Swatch colour={props.colour} dash={props.dash} />
        </span>
        <span role="gridcell" title={run ? stateHint(run) : ''}>
          {isBaseline ? (
            <span className="pin-mark" title="Baseline">
              <Icon name="pin" size={14} />
              <span className="vh">Baseline</span>
            </span>
          ) : (
            props.state && <StateGlyph state={props.state} />
          )}
        </span>
        <span
          role="gridcell"
          className="nm"
          title={run ? `${run.name}${isPinned ? ' (pinned)' : ''}` : ''}
          style={depth > 1 ? { paddingLeft: (depth - 1) * 10 } : undefined}
        >
          {props.isRenaming && run ? (
            <RenameField name={run.name} onDone={name => calls.rename(id, name)} />
          ) : (
            <span className="cut">{run?.name ?? props.name}</span>
          )}
          {isPinned && !isBaseline && <Icon name="pin" size={11} className="pin-small" />}
          {props.isPhone && run && <PhoneLine {...props} run={run} />}
        </span>
        {!props.isPhone && props.lead.map(column => <Cell key={column.key} column={column} {...props} />)}
      </div>
      {!props.isPhone && props.rest.map(column => <Cell key={column.key} column={column} {...props} />)}
    </div>
  )
})

function Cell({ column, run, now, compared, base, facts, isWide, isBaseline }: RunRowProps & { column: ShownColumn }) {
  const { key } = column
  const isCompared = key === compared && base !== null
  const delta = run && base && (isCompared || (isWide && column.isNumber)) ? comparedOf(run, base, key, facts) : null
  const { text, isNumber } = run ? cellText(run, key, now, column.widthPx) : { text: '', isNumber: true }
  const fact = facts.get(key)
  const value = run ? valueOf(run, key) : undefined
  const isBest = typeof value === 'number' && value === fact?.best
  const classes = cx((isNumber || column.isNumber) && 'num', 'cell', isBest && 'best', key === 'created_at' && 'age')
  const hasBar = column.has_bar === true && typeof value === 'number' && fact !== undefined
  const hasDelta = isWide && !isCompared && delta !== null && !isBaseline && delta.text !== '0'
  if (!isCompared && !hasBar && !hasDelta && key !== 'tags')
    return (
      <span
        role="gridcell"
        className={cx(classes, 'plain', isNumber && text.length * DIGIT_PX + 8 <= column.widthPx && 'fits')}
        data-key={key}
      >
        {text || BLANK}
      </span>
    )
  return (
    <>
      <span role="gridcell" className={classes} data-key={key}>
        {hasBar && <Bar value={value} low={fact.low} high={fact.high} />}
        {key === 'tags' && run ? <Tags tags={run.tags} /> : <span className="cut">{text}</span>}
        {hasDelta && <DeltaText delta={delta} />}
      </span>
      {isCompared && (
        <span role="gridcell" className="num cell delta">
          {isBaseline ? <span className="is-base">baseline</span> : delta && <DeltaText delta={delta} />}
        </span>
      )}
    </>
  )
}

/** No sign of a number is wider. */
const DIGIT_PX = 8

/** An empty cell keeps its piece of text: taking it out and putting it in costs a scrolling list more than changing it. */
const BLANK = '\u00a0'

const comparedOf = (run: Run, base: Run, key: string, facts: ReadonlyMap<string, ColumnFacts>): Delta | null =>
  key.startsWith('config.') || key in FIELD_TITLES
    ? null
    : deltaOf(exactOf(run, key), exactOf(base, key), facts.get(key)?.goal ?? '')

/** Colour says better or worse, the sign says which way, and a word says it to those who hear the page. */
function DeltaText({ delta }: { delta: Delta }) {
  return (
    <span className={cx('cut', delta.verdict)}>
      {delta.text}
      {delta.verdict && <span className="vh">, {delta.verdict}</span>}
    </span>
  )
}

function Bar({ value, low, high }: { value: number; low: number; high: number }) {
  const part = high > low ? (value - low) / (high - low) : 1
  return <span className="cell-bar" style={{ width: `${Math.max(2, part * 100)}%` }} aria-hidden="true" />
}

export function Tags({ tags }: { tags: readonly string[] }) {
  return (
    <span className="run-tags">
      {tags.map(tag => (
        <span key={tag} className="tag">
          <TagText tag={tag} />
        </span>
      ))}
    </span>
  )
}

/** A phone's second line: the values that have no columns there. */
function PhoneLine({ run, rest, lead, now }: RunRowProps & { run: Run }) {
  const parts = [...lead, ...rest]
    .filter(({ key }) => key !== 'created_at' && key !== 'name' && key !== 'state')
    .map(({ key, label }) => ({ key, label, text: cellText(run, key, now).text }))
    .filter(({ text }) => text !== '')
    .slice(0, 3)
  const endedAt = run.state === 'running' ? now : run.finished_at || run.heartbeat_at || run.created_at
  return (
    <span className="line2">
      {parts.map(({ key, label, text }) => (
        <span key={key} className="cut">
          {label} <b>{text}</b>
        </span>
      ))}
      <span className="right" title={localTime(run.created_at)}>
        {formatAge(Math.max(0, now - endedAt))}
      </span>
    </span>
  )
}

export function Eye({
  name,
  isHidden,
  onToggle,
}: {
  name: string
  isHidden: boolean
  onToggle: (isOnly: boolean) => void
}) {
  return (
    <button
      type="button"
      className="eye"
      tabIndex={-1}
      aria-pressed={!isHidden}
      aria-label={`${isHidden ? 'Draw' : 'Do not draw'} ${name}`}
      title={`${isHidden ? 'Draw' : 'Do not draw'}; Alt and click: draw only this`}
      onClick={event => onToggle(event.altKey)}
    >
      <Icon name={isHidden ? 'eye-off' : 'eye'} size={14} />
    </button>
  )
}

export function Swatch({ colour, dash, isBand }: { colour: string; dash: string; isBand?: boolean }) {
  if (isBand) {
    return <span className="run-band" aria-hidden="true" style={{ '--c': `var(${colour})` } as React.CSSProperties} />
  }
  return (
    <svg className="run-sw" width="14" height="3" aria-hidden="true">
      <line
        x1="0"
        x2="14"
        y1="1.5"
        y2="1.5"
        stroke={`var(${colour})`}
        strokeWidth="3"
        strokeDasharray={dash || undefined}
      />
    </svg>
  )
}

function RenameField({ name, onDone }: { name: string; onDone: (name: string | null) => void }) {
  return (
    <input
      className="rename"
      aria-label={`New name of ${name}`}
      defaultValue={name}
      autoFocus
      onFocus={event => event.currentTarget.select()}
      onBlur={event => onDone(event.currentTarget.value)}
      onKeyDown={event => {
        event.stopPropagation()
        if (event.key === 'Enter') onDone(event.currentTarget.value)
        else if (event.key === 'Escape') onDone(null)
      }}
    />
  )
}

const HINTS: Partial<Record<Run['state'], string>> = {
  crashed: 'silent for 5 minutes. What it logged is safe; it is running again when data comes.',
  preempted: 'was interrupted by its scheduler. What it logged is safe.',
  failed: 'ended with an error. What it logged is safe.',
  killed: 'was stopped by a person.',
}

function stateHint(run: Run): string {
  const hint = HINTS[run.state]
  if (!hint) return run.state
  const at = run.heartbeat_at > 0 ? ` Last heard of ${localTime(run.heartbeat_at)}.` : ''
  return `${run.state}: ${hint}${at}`
}
