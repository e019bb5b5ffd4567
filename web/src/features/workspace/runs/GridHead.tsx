/** The heads of the columns: sort by a click, move and resize by dragging, the rest in a menu. */

import { memo, type PointerEvent, useState } from 'react'
import { cx } from '../../../ui/cx'
import { Icon } from '../../../ui/icons'
import { MenuItem, MenuSeparator } from '../../../ui/Menu'
import { MenuAt, type Point } from '../../../ui/MenuAt'
import { type RunSet, sortOf } from '../runSet'
import {
  changeColumn,
  colourBy,
  groupBy,
  hideAll,
  moveColumn,
  showAll,
  sortBy,
  toggleColumn,
  widthOf,
  withSet,
} from '../runSetActions'
import type { RunList } from '../store'
import type { ChangeRunSet, ShownColumn } from './shown'

export interface GridHeadProps {
  set: RunSet
  change: ChangeRunSet
  lead: readonly ShownColumn[]
  rest: readonly ShownColumn[]
  compared: string
  /** Head of the column beside the compared one; empty: there is none. */
  second: string
  isAnyDrawn: boolean
  isPhone: boolean
  isWide: boolean
  list: RunList
}

export const GridHead = memo(function GridHead(props: GridHeadProps) {
  const { change, lead, rest, isAnyDrawn, isPhone } = props
  const [menu, setMenu] = useState<{ point: Point; column: ShownColumn } | null>(null)
  const all = [...lead, ...rest]
  const heads = (columns: readonly ShownColumn[]) =>
    columns.map(column => (
      <ColumnHead key={column.key} {...props} all={all} column={column} onMenu={point => setMenu({ point, column })} />
    ))
  return (
    <div className="run-row head" role="row" aria-rowindex={1}>
      <div role="presentation" className="run-lead">
        <span role="columnheader">
          <button
            type="button"
            className="eye"
            aria-label={isAnyDrawn ? 'Draw no run' : 'Draw all runs'}
            title={isAnyDrawn ? 'Draw no run' : 'Draw all runs'}
            onClick={() => change(isAnyDrawn ? hideAll : showAll)}
          >
            <Icon name={isAnyDrawn ? 'eye' : 'eye-off'} size={14} />
          </button>
        </span>
        <span role="columnheader">
          <span className="vh">Colour</span>
        </span>
        <span role="columnheader">
          <span className="vh">State</span>
        </span>
        <SortHead {...props} id="name" title="Name" isDescendingFirst={false} />
        {!isPhone && heads(lead)}
      </div>
      {!isPhone && heads(rest)}
      {menu && (
        <ColumnMenu {...props} all={all} column={menu.column} point={menu.point} onClose={() => setMenu(null)} />
      )}
    </div>
  )
})

function SortHead({
  set,
  change,
  id,
  title,
  isDescendingFirst,
}: Pick<GridHeadProps, 'set' | 'change'> & { id: string; title: string; isDescendingFirst: boolean }) {
  const { sorted, place } = sortPlace(set, id)
  return (
    <span role="columnheader" aria-sort={sorted ?? 'none'}>
      <SortButton
        {...{ title, sorted, place }}
        onSort={isAdded => change(set => sortBy(set, id, isDescendingFirst, isAdded))}
      />
    </span>
  )
}

type Sorted = 'ascending' | 'descending' | undefined

function sortPlace(set: RunSet, key: string): { sorted: Sorted; place: number } {
  const sort = sortOf(set)
  const index = sort.findIndex(other => other.key === key)
  const found = sort[index]
  return {
    sorted: found && (found.descending ? 'descending' : 'ascending'),
    place: sort.length > 1 ? index + 1 : 0,
  }
}

function SortButton({
  title,
  sorted,
  place,
  onSort,
}: {
  title: string
  sorted: Sorted
  place: number
  onSort: (isAdded: boolean) => void
}) {
  return (
    <button
      type="button"
      className={cx('cut', sorted && 'on')}
      title={`Sort by ${title}; Shift and click: also by it`}
      onClick={event => onSort(event.shiftKey)}
    >
      <span className="cut">{title}</span>
      {sorted && <Icon name={sorted === 'descending' ? 'arrow-down' : 'arrow-up'} size={10} />}
      {sorted && place > 0 && <sup>{place}</sup>}
    </button>
  )
}

interface ColumnHeadProps extends GridHeadProps {
  column: ShownColumn
  all: readonly ShownColumn[]
  onMenu: (point: Point) => void
}

function ColumnHead({ set, change, column, compared, second, all, onMenu }: ColumnHeadProps) {
  const [isOver, setOver] = useState(false)
  const { sorted, place } = sortPlace(set, column.key)
  const own = () => all.map(choiceOf)
  return (
    <>
      <span
        role="columnheader"
        tabIndex={-1}
        className={cx('col', column.isNumber && 'num', isOver && 'over')}
        aria-sort={sorted ?? 'none'}
        draggable
        onDragStart={event => {
          event.dataTransfer.setData('text/assay-column', column.key)
          event.dataTransfer.effectAllowed = 'move'
        }}
        onDragOver={event => {
          if (!event.dataTransfer.types.includes('text/assay-column')) return
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={event => {
          setOver(false)
          const key = event.dataTransfer.getData('text/assay-column')
          if (key) change(set => withSet(set, { columns: moveColumn(own(), key, column.key) }))
        }}
        onContextMenu={event => {
          event.preventDefault()
          onMenu({ x: event.clientX, y: event.clientY })
        }}
      >
        <SortButton
          title={column.label}
          sorted={sorted}
          place={place}
          onSort={isAdded => change(set => sortBy(set, column.key, column.isNumber, isAdded))}
        />
        <Resizer
          px={column.widthPx}
          onResize={(px, isDone) =>
            change(set => withSet(set, { columns: changeColumn(own(), column.key, { width: widthOf(px) }) }), {
              replace: !isDone,
            })
          }
        />
      </span>
      {second && column.key === compared && (
        <span role="columnheader" className="num">
          <span className="cut">{second}</span>
        </span>
      )}
    </>
  )
}

function Resizer({ px, onResize }: { px: number; onResize: (px: number, isDone: boolean) => void }) {
  const onPointerDown = (event: PointerEvent<HTMLElement>): void => {
    event.preventDefault()
    event.stopPropagation()
    const handle = event.currentTarget
    const from = event.clientX
    let isFirst = true
    const move = (event: globalThis.PointerEvent): void => {
      onResize(px + event.clientX - from, isFirst)
      isFirst = false
    }
    handle.setPointerCapture(event.pointerId)
    handle.addEventListener('pointermove', move)
    const end = (): void => handle.removeEventListener('pointermove', move)
    handle.addEventListener('pointerup', end, { once: true })
    handle.addEventListener('pointercancel', end, { once: true })
  }
  return (
    <span
      className="resizer"
      aria-hidden="true"
      onPointerDown={onPointerDown}
      onDragStart={event => event.preventDefault()}
      draggable={false}
    />
  )
}

export const choiceOf = ({ key, width, is_pinned, title, has_bar }: ShownColumn) => ({
  key,
  ...(width === undefined ? {} : { width }),
  ...(is_pinned ? { is_pinned } : {}),
  ...(title === undefined ? {} : { title }),
  ...(has_bar ? { has_bar } : {}),
})

function ColumnMenu({
  change,
  column,
  all,
  point,
  onClose,
}: GridHeadProps & { column: ShownColumn; all: readonly ShownColumn[]; point: Point; onClose: () => void }) {
  const { key, is_pinned, has_bar } = column
  const place = all.findIndex(other => other.key === key)
  const set = (changes: Parameters<typeof changeColumn>[2]): void =>
    change(set => withSet(set, { columns: changeColumn(all.map(choiceOf), key, changes) }))
  const shift = (by: number): void => {
    const target = by < 0 ? (all[place - 1]?.key ?? null) : (all[place + 2]?.key ?? null)
    change(set => withSet(set, { columns: moveColumn(all.map(choiceOf), key, target) }))
  }
  return (
    <MenuAt point={point} label={`Column ${column.label}`} onClose={onClose}>
      <MenuItem icon="arrow-down" onSelect={() => change(set => withSet(set, { sort: [{ key, descending: true }] }))}>
        Sort descending
      </MenuItem>
      <MenuItem icon="arrow-up" onSelect={() => change(set => withSet(set, { sort: [{ key, descending: false }] }))}>
        Sort ascending
      </MenuItem>
      <MenuItem
        icon="group"
        onSelect={() => change(set => groupBy(set, [...(set.group ?? []).filter(group => group.key !== key), { key }]))}
      >
        Group by {column.label}
      </MenuItem>
      <MenuItem
        icon="sun"
        onSelect={() => change(set => colourBy(set, 'value', key))}
        why={column.isNumber ? undefined : 'numbers only'}
      >
        Colour runs by {column.label}
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon="pin" onSelect={() => set({ is_pinned: is_pinned ? undefined : true })}>
        {is_pinned ? 'Let it scroll' : 'Pin to the left'}
      </MenuItem>
      <MenuItem icon="chev-l" why={place > 0 ? undefined : 'it is the first'} onSelect={() => shift(-1)}>
        Move left
      </MenuItem>
      <MenuItem icon="chev-r" why={place < all.length - 1 ? undefined : 'it is the last'} onSelect={() => shift(1)}>
        Move right
      </MenuItem>
      <MenuItem
        icon="chart"
        why={column.isNumber ? undefined : 'numbers only'}
        onSelect={() => set({ has_bar: has_bar ? undefined : true })}
      >
        {has_bar ? 'Without bars' : 'Bars in the cells'}
      </MenuItem>
      <MenuItem icon="fit" onSelect={() => set({ width: undefined })}>
        Its own width again
      </MenuItem>
      <MenuSeparator />
      <MenuItem
        icon="close"
        onSelect={() => change(set => withSet(set, { columns: toggleColumn(all.map(choiceOf), key, false) }))}
      >
        Hide the column
      </MenuItem>
    </MenuAt>
  )
}
