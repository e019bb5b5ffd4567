/** A group's row: its name, how many runs, and the aggregates in the columns of its runs. It sticks under the head while they pass. */

import { memo, type MouseEvent } from 'react'
import { formatCount } from '../../../charts/number'
import type { RunGroup } from '../../../data/runs'
import { cx } from '../../../ui/cx'
import { Icon } from '../../../ui/icons'
import { deltaOf } from './cells'
import { aggregateText } from './groups'
import { type ColumnFacts, Eye, Swatch } from './RunRow'
import type { ShownColumn } from './shown'

export interface GroupCalls {
  fold: (group: string) => void
  toggle: (group: string, isOnly: boolean) => void
  menu: (group: string, event: MouseEvent) => void
  name: (group: string, name: string | null) => void
}

export interface GroupRowProps {
  group: RunGroup
  id: string
  keyName: string
  label: string
  index: number
  top: number
  height: number
  depth: number
  colour: string
  isOpen: boolean
  isHidden: boolean
  isCurrent: boolean
  isNaming: boolean
  isPhone: boolean
  lead: readonly ShownColumn[]
  rest: readonly ShownColumn[]
  compared: string
  baseValue: unknown
  hasBase: boolean
  facts: ReadonlyMap<string, ColumnFacts>
  calls: GroupCalls
}

export const groupId = (group: string): string => `group-${group}`

export const GroupRow = memo(function GroupRow(props: GroupRowProps) {
  const { group, id, label, isOpen, isHidden, calls, depth } = props
  return (
    <div
      className={cx('run-row grp', isHidden && 'hid', props.isCurrent && 'current')}
      style={{ top: props.top, height: props.height }}
      role="row"
      id={groupId(id)}
      aria-rowindex={props.index + 2}
      aria-level={depth + 1}
      aria-expanded={isOpen}
      data-group={id}
      onContextMenu={event => calls.menu(id, event)}
    >
      <div role="presentation" className="run-lead">
        <span role="gridcell">
          <Eye
            name={`the ${group.run_count} runs of ${label}`}
            isHidden={isHidden}
            onToggle={only => calls.toggle(id, only)}
          />
        </span>
        <span role="gridcell">
          <Swatch colour={props.colour} dash="" isBand />
        </span>
        <span role="gridcell" className="fold-cell">
          <button
            type="button"
            className="fold"
            tabIndex={-1}
            aria-label={`${isOpen ? 'Fold' : 'Open'} ${label}`}
            onClick={() => calls.fold(id)}
          >
            <Icon name={isOpen ? 'chev-d' : 'chev-r'} size={13} />
          </button>
        </span>
        <span role="gridcell" className="nm" style={depth > 0 ? { paddingLeft: depth * 10 } : undefined}>
          {props.isNaming ? (
            <input
              className="rename"
              aria-label={`Name of the group ${label}`}
              defaultValue={label}
              autoFocus
              onFocus={event => event.currentTarget.select()}
              onBlur={event => calls.name(id, event.currentTarget.value)}
              onKeyDown={event => {
                event.stopPropagation()
                if (event.key === 'Enter') calls.name(id, event.currentTarget.value)
                else if (event.key === 'Escape') calls.name(id, null)
              }}
            />
          ) : (
            <button type="button" className="cut group-name" tabIndex={-1} onClick={() => calls.fold(id)}>
              {props.keyName} <b>{label}</b>{' '}
              <span className="n" title={`${group.run_count} runs, ${group.running_count} running`}>
                {formatCount(group.run_count)}
              </span>
            </button>
          )}
        </span>
        {!props.isPhone && props.lead.map(column => <GroupCell key={column.key} column={column} {...props} />)}
      </div>
      {!props.isPhone && props.rest.map(column => <GroupCell key={column.key} column={column} {...props} />)}
    </div>
  )
})

function GroupCell({ column, group, compared, hasBase, baseValue, facts }: GroupRowProps & { column: ShownColumn }) {
  const aggregate = group.aggregates[column.key]
  const isTime = column.key === 'created_at' || column.key.endsWith('_at')
  const { mean, spread, title } = isTime ? { mean: '', spread: '', title: '' } : aggregateText(aggregate)
  const isCompared = column.key === compared
  const delta = isCompared && hasBase ? deltaOf(aggregate?.mean, baseValue, facts.get(column.key)?.goal ?? '') : null
  const deltaTitle = delta
    ? `${title}, ${delta.text} against the baseline${delta.verdict ? `, ${delta.verdict}` : ''}`
    : title
  return (
    <>
      <span role="gridcell" className="num cell" title={title} data-key={column.key}>
        <span className="cut">{mean}</span>
        {!(isCompared && hasBase) && spread && <span className="spread cut">{spread}</span>}
      </span>
      {isCompared && hasBase && (
        <span role="gridcell" className="num cell" title={deltaTitle}>
          <span className="cut">{spread}</span>
        </span>
      )}
    </>
  )
}
