/** A row of the run list. Memoised: a refresh renders the rows that changed, pointing at one renders none. */

import { memo } from 'react'
import { formatAge, formatExact, formatValue } from '../../charts/number'
import { runStyle } from '../../charts/palette'
import type { Run } from '../../data/project'
import { Icon, StateGlyph } from '../../ui/icons'
import { valueOf } from './model'

export interface RunRowProps {
  run: Run
  /** Position in the whole list, from 0. */
  index: number
  top: number
  isHidden: boolean
  /** Not hidden, but beyond the number of runs that are drawn. */
  isBeyond: boolean
  isCurrent: boolean
  isSelected: boolean
  value: string
  now: number
  onToggle: (run: string) => void
  onOnly: (run: string) => void
  onPoint: (run: string) => void
  onOpen: (run: string) => void
}

export const RunRow = memo(function RunRow(props: RunRowProps) {
  const { run, index, top, isHidden, isBeyond, isCurrent, isSelected, value, now } = props
  const { colour, dash } = runStyle(run.ordinal)
  const shown = valueOf(run, value)
  const isNumber = typeof shown === 'number'
  const valueText = shown === undefined || shown === null ? '' : isNumber ? formatValue(shown) : textOf(shown)
  const endedAt = run.state === 'running' ? now : run.finished_at || run.heartbeat_at || run.created_at
  const classes = ['run-row', isHidden && 'hid', isBeyond && 'beyond', isCurrent && 'current', isSelected && 'selected']
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the list's own keys do the same
    <div
      className={classes.filter(Boolean).join(' ')}
      style={{ transform: `translateY(${top}px)` }}
      role="row"
      id={rowId(run.id)}
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      data-run={run.id}
      onClick={() => props.onPoint(run.id)}
      onDoubleClick={() => props.onOpen(run.id)}
    >
      <span role="gridcell">
        <button
          type="button"
          className="eye"
          tabIndex={-1}
          aria-pressed={!isHidden}
          aria-label={`${isHidden ? 'Draw' : 'Do not draw'} ${run.name}`}
          title={`${isHidden ? 'Draw' : 'Do not draw'}; Alt and click: draw only this`}
          onClick={event => {
            event.stopPropagation()
            if (event.altKey) props.onOnly(run.id)
            else props.onToggle(run.id)
          }}
        >
          <Icon name={isHidden ? 'eye-off' : 'eye'} size={14} />
        </button>
      </span>
      <span role="gridcell">
        <Swatch colour={colour} dash={dash} />
      </span>
      <span role="gridcell" title={stateHint(run)}>
        <StateGlyph state={run.state} />
      </span>
      <span role="gridcell" className="nm cut" title={run.name}>
        {run.name}
      </span>
      <span role="gridcell" className="num cut value" title={isNumber ? formatExact(shown) : valueText}>
        {valueText}
      </span>
      <span role="gridcell" className="num age" title={new Date(run.created_at * 1000).toLocaleString()}>
        {formatAge(Math.max(0, now - endedAt))}
      </span>
    </div>
  )
})

export const rowId = (run: string): string => `run-${run}`

function Swatch({ colour, dash }: { colour: string; dash: readonly number[] }) {
  return (
    <svg className="run-sw" width="14" height="3" aria-hidden="true">
      <line
        x1="0"
        x2="14"
        y1="1.5"
        y2="1.5"
        stroke={`var(${colour})`}
        strokeWidth="3"
        strokeDasharray={dash.length > 0 ? dash.map(part => part * 0.8).join(' ') : undefined}
      />
    </svg>
  )
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

const HINTS: Partial<Record<Run['state'], string>> = {
  crashed: 'silent for 5 minutes. What it logged is safe; it is running again when data comes.',
  preempted: 'was interrupted by its scheduler. What it logged is safe.',
  failed: 'ended with an error. What it logged is safe.',
  killed: 'was stopped by a person.',
}

function stateHint(run: Run): string {
  const at = run.heartbeat_at > 0 ? ` Last heard of ${new Date(run.heartbeat_at * 1000).toLocaleString()}.` : ''
  return HINTS[run.state] ? `${run.state}: ${HINTS[run.state]}${at}` : run.state
}
