/**
 * The runs as a grid: beside the panels or over the whole width. Rows of one height, so a hundred thousand cost what is in sight;
 * new runs above move nothing that is looked at. The keyboard's row is the selection's `current`.
 */

import {
  type Key,
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
} from 'react'
import { useStore } from 'zustand'
import type { DefinedMetrics } from '../../../data/definitions'
import type { Run } from '../../../data/project'
import type { RunGroup } from '../../../data/runs'
import { useProjectDefinitions } from '../../../panels/columns'
import { Button } from '../../../ui/Button'
import { copyText } from '../../../ui/clipboard'
import { cx } from '../../../ui/cx'
import { failureOf } from '../../../ui/failure'
import { toggle } from '../../../ui/selection'
import { Bone, FailureMessage, Message, useSkeleton } from '../../../ui/states'
import { useFocusAfter } from '../../../ui/useFocusBack'
import { useNow } from '../../../ui/useNow'
import { useMedia } from '../../../ui/useToken'
import { type Slot, useSlots } from '../../../ui/slots'
import { useWindow } from '../../../ui/useWindow'
import { groupColour, type ColourScale, valueScale } from '../colours'
import type { RunSet } from '../runSet'
import { nameGroup, showOnly, showOnlyGroup, toggleGroup, toggleRuns, withSet } from '../runSetActions'
import type { Session } from '../session'
import { filterFault } from '../store'
import { bestOf, cellTitle, copyValue, goalOf, valueOf } from './cells'
import { beyondOf, colourScaleOf, isGroupHidden, isRunHidden, runStyleOf } from './drawn'
import { GroupRow, groupId } from './GroupRow'
import { groupKey, groupTitle, topGroupOf, walkGroups } from './groups'
import { GridHead } from './GridHead'
import { reachTo, stepBy } from './reach'
import { Rows } from './rows'
import { type ColumnFacts, type RowCalls, RunRow, rowId } from './RunRow'
import { type ChangeRunSet, comparedKey, type ShownColumn } from './shown'

export const HEAD_PX = 26
const PHONE_ROW_PX = 56
const ROW_PX = { tight: 24, normal: 28, easy: 36 } as const

export interface GridCalls {
  open: (run: string) => void
  menu: (run: string, event: MouseEvent) => void
  groupMenu: (group: string, event: MouseEvent) => void
  rename: (run: string, name: string | null) => void
}

export interface RunGridProps {
  session: Session
  set: RunSet
  change: ChangeRunSet
  columns: readonly ShownColumn[]
  /** The baseline of another project, which no list of this one holds. */
  foreignBase: Run | null
  isWide: boolean
  renaming: string | null
  naming: string | null
  onNamed: () => void
  calls: GridCalls
  empty: React.ReactNode
}

export function RunGrid(props: RunGridProps) {
  const { session, set, change, columns, isWide, renaming, naming, calls, foreignBase } = props
  const { list, hover } = session
  const state = useStore(list.state)
  const { runs, pins: ownPins, groups, status, selection, answered } = state
  const pins = useMemo(() => (foreignBase ? [foreignBase, ...ownPins] : ownPins), [foreignBase, ownPins])
  const isPhone = useMedia('(max-width: 720px)')
  const isTouch = useMedia('(pointer: coarse)')
  const now = useNow(15_000)
  const isSkeleton = useSkeleton(status === 'first')
  const rowPx = isPhone ? PHONE_ROW_PX : isTouch ? 44 : ROW_PX[set.density ?? 'normal']
  const scroller = useRef<HTMLDivElement>(null)
  useFocusAfter(renaming !== null, scroller)

  const { order, branches, folds, known, total } = state
  const rows = useMemo(
    () => new Rows({ runs, total, order, groups, branches, folds, pins, known, answered }),
    [runs, total, order, groups, branches, folds, pins, known, answered],
  )
  const shown = useWindow(scroller, rows.count, rowPx, (set.group?.length ?? 0) > 0)
  const slots = useSlots(shown.first, shown.last, shown.size)
  useEffect(() => {
    for (const { branch, first, last } of rows.stretches(shown.first, shown.last)) list.see(branch, first, last)
  }, [list, rows, shown])
  useStandingStill(scroller, rows, rowPx)
  // Cells that stick are pictures of their own, two for each row, and cost every frame: only while the rest is scrolled sideways.
  useLayoutEffect(() => {
    const element = scroller.current
    if (!element) return undefined
    const note = (): void => void element.toggleAttribute('data-scrolls', element.scrollLeft !== 0)
    element.addEventListener('scroll', note, { passive: true })
    return () => element.removeEventListener('scroll', note)
  }, [status])

  // ---- what the rows look like
  const listed = useMemo(() => ({ runs, pins, groups }), [runs, pins, groups])
  const scale = useMemo(() => colourScaleOf(set, listed), [set, listed])
  const beyond = useMemo(() => beyondOf(set, listed), [set, listed])
  const base = set.baseline ? (pins.find(run => run.id === set.baseline || run === foreignBase) ?? null) : null
  const compared = comparedKey(columns)
  const hasSecond = base !== null || (set.group?.length ?? 0) > 0
  const { data: defined } = useProjectDefinitions(session.api)
  const facts = useFacts(columns, runs, pins, defined, isWide)
  const [lead, rest] = useMemo(
    () => [columns.filter(column => column.is_pinned), columns.filter(column => !column.is_pinned)],
    [columns],
  )
  // The list may know more than what was rendered.
  const rowsNow = useCallback((): Rows => {
    const now = list.state.getState()
    return new Rows({ ...now, pins: foreignBase ? [foreignBase, ...now.pins] : now.pins })
  }, [list, foreignBase])

  // Where the keyboard is stays in sight.
  const { current } = selection
  useEffect(() => {
    const index = current === null ? -1 : rows.indexOf(current)
    const element = scroller.current
    if (index < 0 || !element) return
    const top = index * rowPx
    const seen = element.clientHeight - HEAD_PX
    const covered = rows.headsOf(index).length * rowPx
    if (top - covered < element.scrollTop) element.scrollTop = top - covered
    else if (top + rowPx > element.scrollTop + seen) element.scrollTop = top + rowPx - seen
    // oxlint-disable-next-line react/exhaustive-deps -- only a move of the cursor scrolls
  }, [current])

  // A run pointed at in a panel is lit here, in place: hundreds of moves a second render nothing.
  const lit = useRef(new Set<Element>())
  useEffect(() => {
    const light = (run: string | null, isLit: boolean): void => {
      if (run === null) return
      for (const row of scroller.current?.querySelectorAll(`[data-run="${CSS.escape(run)}"]`) ?? []) {
        row.toggleAttribute('data-lit', isLit)
        if (isLit) lit.current.add(row)
        else lit.current.delete(row)
      }
    }
    return hover.subscribe((now, before) => {
      if (now.run === before.run) return
      light(before.run, false)
      light(now.run, true)
    })
  }, [hover])
  // An element that now shows another run takes nothing over from the one before.
  useLayoutEffect(() => {
    const { run } = hover.value
    for (const row of lit.current) {
      if (row.getAttribute('data-run') === run) continue
      row.removeAttribute('data-lit')
      lit.current.delete(row)
    }
    if (marked && marked.cell.closest('[data-run]')?.getAttribute('data-run') !== marked.run) unmark()
  }, [hover, slots, rows])

  const latest = useRef({ selection, groups })
  useLayoutEffect(() => {
    latest.current = { selection, groups }
  })
  const { open, menu, rename, groupMenu } = calls
  const rowCalls = useMemo<RowCalls>(
    () => ({
      toggle: (run, isOnly) => change(set => (isOnly ? showOnly(set, [run]) : toggleRuns(set, [run]))),
      pick: (run, index, event) => {
        const { selection } = latest.current
        scroller.current?.focus({ preventScroll: true })
        if (event.shiftKey) void reachTo(list, rowsNow, run, index)
        else if (event.ctrlKey || event.metaKey) list.select(toggle(selection, run))
        else list.select({ ...selection, anchor: null, current: run })
      },
      check: run => list.select(toggle(latest.current.selection, run)),
      open,
      menu,
      rename,
    }),
    [list, change, open, menu, rename, rowsNow],
  )
  const { onNamed } = props
  const groupCalls = useMemo(
    () => ({
      fold: (group: string) => list.toggleFold(group),
      toggle: (group: string, isOnly: boolean) =>
        change(set =>
          isOnly
            ? showOnlyGroup(
                set,
                group,
                latest.current.groups.map(other => groupKey(other.path)),
              )
            : toggleGroup(set, group),
        ),
      menu: groupMenu,
      name: (group: string, name: string | null) => {
        if (name !== null) change(set => nameGroup(set, group, name))
        onNamed()
      },
    }),
    [list, change, groupMenu, onNamed],
  )

  const onKeyDown = (event: KeyboardEvent): void => {
    const target = event.target as Element
    if (target.closest('input, textarea, select')) return
    const mod = event.ctrlKey || event.metaKey
    const page = Math.max(1, Math.floor(((scroller.current?.clientHeight ?? 300) - HEAD_PX) / rowPx) - 1)
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -rows.count,
      End: rows.count,
    }
    const step = steps[event.key]
    const row = current === null ? null : rows.at(rows.indexOf(current))
    if (mod && event.key.toLowerCase() === 'a') void list.selectAll()
    else if (mod && event.key.toLowerCase() === 'c' && String(window.getSelection()) === '' && row?.kind !== 'group')
      copyCell(row?.run ?? null, scroller.current)
    else if (mod || event.altKey) return
    else if (step !== undefined) void stepBy(list, rowsNow, step, event.shiftKey)
    else if (
      row?.kind === 'group' &&
      (event.key === 'ArrowRight' || event.key === 'ArrowLeft' || event.key === 'Enter')
    ) {
      const isFolding = event.key === 'Enter' ? row.isOpen : event.key === 'ArrowLeft'
      if (isFolding === row.isOpen) list.toggleFold(row.id)
    } else if (event.key === 'Escape' && (selection.keys.size > 0 || current !== null)) {
      list.select({ keys: new Set(), anchor: null, current: null })
    } else return
    event.preventDefault()
    event.stopPropagation()
  }

  const onPointerOver = (event: PointerEvent): void => {
    const target = event.target as Element
    const id = target.closest('[data-run]')?.getAttribute('data-run') ?? null
    hover.set({ run: id, x: null, axis: '', source: 'list' })
    // Every digit is told where it is pointed at: a title on each cell costs each row that scrolls by.
    const cell = target.closest('.run-row[data-run] [data-key]')
    const run = cell && id !== null ? rows.at(rows.indexOf(id)) : null
    if (cell && run?.kind !== 'group' && run?.run) {
      const title = cellTitle(run.run, cell.getAttribute('data-key') ?? '')
      if (title) cell.setAttribute('title', title)
      else cell.removeAttribute('title')
    }
  }

  const isAnyDrawn = useMemo(
    () => pins.some(run => !isRunHidden(run, set)) || runs.some(run => !isRunHidden(run, set)),
    [pins, runs, set],
  )

  if (status === 'failed') {
    const fault = filterFault(state.error)
    return (
      <div className="run-rows">
        {fault ? (
          <FilterRefused fault={fault} filter={set.filter ?? ''} change={change} />
        ) : (
          <FailureMessage
            failure={failureOf(state.error, 'The run list could not be read')}
            onRetry={() => void list.refresh()}
          />
        )}
      </div>
    )
  }

  const leadCols = `26px 20px 20px minmax(${isWide ? 200 : 110}px, 1fr) ${lead.map(widthOf(compared, hasSecond)).join(' ')}`
  const restCols = rest.map(widthOf(compared, hasSecond)).join(' ')
  const leadPx =
    66 + (isWide ? 200 : 110) + lead.reduce((sum, column) => sum + columnPx(column, compared, hasSecond), 0)
  const restPx = rest.reduce((sum, column) => sum + columnPx(column, compared, hasSecond), 0)
  const heads = rows.headsOf(shown.top).filter(head => head.index < shown.top)

  const drawGroup = (element: Key, id: string, index: number, top: number, depth: number, isOpen: boolean) => {
    const group = findGroup(groups, id)
    if (!group) return null
    const { key, label } = groupTitle(group, set)
    const outer = groups.find(other => groupKey(other.path) === groupKey(group.path.slice(0, 1)))
    return (
      <GroupRow
        key={element}
        group={group}
        id={id}
        keyName={key}
        label={label}
        index={index}
        top={Math.max(0, top)}
        height={rowPx}
        depth={depth}
        colour={groupColourOf(outer, set, scale)}
        isOpen={isOpen}
        isHidden={isGroupHidden(group, set)}
        isCurrent={current === id}
        isNaming={naming === id}
        isPhone={isPhone}
        lead={lead}
        rest={rest}
        compared={compared}
        hasBase={hasSecond}
        baseValue={base ? valueOf(base, compared) : undefined}
        facts={facts}
        calls={groupCalls}
      />
    )
  }
  const drawRow = ({ key, index }: Slot) => {
    const row = rows.at(index)
    if (!row) return null
    const top = index * rowPx
    if (row.kind === 'group') return drawGroup(key, row.id, index, top, row.depth, row.isOpen)
    const { run } = row
    const outline = row.kind === 'run' ? row.outline : row.run
    const group = run && set.colours?.by === 'group' ? topGroupOf(run, groups, set.group ?? []) : undefined
    const style =
      outline.ordinal > 0 ? runStyleOf(outline, set, scale, group) : { colour: '--line-3', dash: [] as number[] }
    const isPin = row.kind === 'pin'
    return (
      <RunRow
        key={key}
        run={run}
        id={row.id}
        name={outline.name}
        state={outline.state}
        index={index}
        top={top}
        height={rowPx}
        depth={row.depth}
        colour={style.colour}
        dash={style.dash.map(part => part * 0.8).join(' ')}
        isBaseline={isPin && run === base && base !== null}
        isPinned={isPin}
        isHidden={run !== null && isRunHidden(run, set)}
        isBeyond={run !== null && beyond.has(run.id)}
        isCurrent={row.id !== '' && row.id === current && (isPin || index === rows.indexOf(row.id))}
        isSelected={selection.keys.has(row.id)}
        isSelecting={selection.keys.size > 0}
        isRenaming={renaming === row.id && (isPin || index === rows.indexOf(row.id))}
        isPhone={isPhone}
        isWide={isWide}
        lead={lead}
        rest={rest}
        compared={hasSecond ? compared : ''}
        base={base ?? (hasSecond ? NO_BASE : null)}
        facts={facts}
        now={now}
        calls={rowCalls}
      />
    )
  }
  const currentIndex = current === null ? -1 : rows.indexOf(current)
  const isCurrentDrawn = currentIndex >= shown.first && currentIndex <= shown.last
  const currentRow = isCurrentDrawn ? rows.at(currentIndex) : null
  const currentId = !currentRow
    ? ''
    : currentRow.kind === 'group'
      ? groupId(currentRow.id)
      : rowId(currentRow.id, currentRow.kind === 'pin')
  return (
    // oxlint-disable-next-line jsx-a11y/interactive-supports-focus, jsx-a11y/no-static-element-interactions -- a grid either way; the keyboard reaches rows through aria-activedescendant
    <div
      ref={scroller}
      className={cx('run-rows', isWide && 'wide', isPhone && 'phone', `d-${set.density ?? 'normal'}`)}
      style={
        {
          '--lead': leadCols,
          '--rest': restCols,
          '--lead-px': `${leadPx}px`,
          '--rest-px': `${restPx}px`,
          '--row-px': `${rowPx}px`,
        } as React.CSSProperties
      }
      role={(set.group?.length ?? 0) > 0 ? 'treegrid' : 'grid'}
      aria-label="Runs"
      aria-rowcount={rows.count + 1}
      aria-colcount={columns.length + 4}
      aria-multiselectable="true"
      aria-busy={status === 'first'}
      tabIndex={0}
      {...(currentId === '' ? {} : { 'aria-activedescendant': currentId })}
      onKeyDown={onKeyDown}
      onContextMenu={event => {
        // The key that opens menus is heard by the list; it means the row that the keyboard is on.
        const isKey = event.target === event.currentTarget && event.button !== 2
        const row = isKey ? document.getElementById(currentId) : null
        if (!row) return
        event.preventDefault()
        const { left: clientX, bottom: clientY } = row.getBoundingClientRect()
        row.dispatchEvent(new window.MouseEvent('contextmenu', { bubbles: true, cancelable: true, clientX, clientY }))
      }}
      onPointerOver={onPointerOver}
      onPointerLeave={() => hover.clear('list')}
      onClickCapture={event => markCell(event.target as Element, scroller.current)}
    >
      <GridHead
        set={set}
        change={change}
        lead={lead}
        rest={rest}
        compared={compared}
        second={base ? 'vs base' : hasSecond ? '± std' : ''}
        isAnyDrawn={isAnyDrawn}
        isPhone={isPhone}
        isWide={isWide}
        list={list}
      />
      {heads.length > 0 && (
        <div className="run-stuck" role="presentation" aria-hidden="true">
          {heads.map(({ key, depth, index }, i) => (
            <div key={key} style={{ position: 'absolute', left: 0, right: 0, top: i * rowPx, height: rowPx }}>
              {drawGroup('stuck', key, index, -1, depth, true)}
            </div>
          ))}
        </div>
      )}
      <div role="presentation" style={{ height: rows.count * rowPx }} className="run-rows-in">
        {isSkeleton &&
          Array.from({ length: 12 }, (_, i) => (
            <div key={i} className="run-row" style={{ top: i * rowPx, height: rowPx }}>
              <div className="run-lead">
                <Bone width={14} height={8} />
                <Bone width={14} height={3} />
                <span />
                <Bone width={`${50 + ((i * 37) % 40)}%`} height={8} />
              </div>
              <Bone width={44} height={8} />
              <Bone width={20} height={8} />
            </div>
          ))}
        {slots.map(drawRow)}
      </div>
      {status === 'ready' && rows.count - rows.pinCount <= 0 && props.empty}
    </div>
  )
}

/** Nothing was ever here, for the filter that the address brought does not read. */
function FilterRefused({
  fault,
  filter,
  change,
}: {
  fault: NonNullable<ReturnType<typeof filterFault>>
  filter: string
  change: ChangeRunSet
}) {
  return (
    <Message
      icon="filter"
      title="The filter does not read"
      actions={
        <>
          {fault.better && (
            <Button onClick={() => change(set => withSet(set, { filter: fault.better }))}>Use {fault.better}</Button>
          )}
          <Button kind="ghost" onClick={() => change(set => withSet(set, { filter: undefined }))}>
            Clear filter
          </Button>
        </>
      }
    >
      <code className="filter-fault-line">
        {filter.slice(0, fault.at)}
        <mark>{filter.slice(fault.at, fault.at + 1) || '\u00a0'}</mark>
        {filter.slice(fault.at + 1)}
      </code>
      <span>
        Character {fault.at + 1}: {fault.detail}
      </span>
    </Message>
  )
}

/** Stands for the baseline where a second column is shown without one. */
const NO_BASE = { id: '', values: {} } as unknown as Run

const columnPx = (column: ShownColumn, compared: string, hasSecond: boolean): number =>
  column.widthPx + (hasSecond && column.key === compared ? SECOND_PX : 0)
const SECOND_PX = 64
const widthOf = (compared: string, hasSecond: boolean) => (column: ShownColumn) =>
  hasSecond && column.key === compared ? `${column.widthPx}px ${SECOND_PX}px` : `${column.widthPx}px`

function groupColourOf(outer: RunGroup | undefined, set: RunSet, scale: ColourScale): string {
  return outer ? groupColour(groupKey(outer.path), set, scale) : '--text-3'
}

function findGroup(groups: readonly RunGroup[], id: string): RunGroup | null {
  for (const group of walkGroups(groups)) if (groupKey(group.path) === id) return group
  return null
}

/** Goals of every column, and for the wide table the best value and the ends of the bars, over what is loaded. */
function useFacts(
  columns: readonly ShownColumn[],
  runs: readonly Run[],
  pins: readonly Run[],
  defined: DefinedMetrics | undefined,
  isWide: boolean,
): ReadonlyMap<string, ColumnFacts> {
  const text = useMemo(() => {
    const all = [...pins, ...runs]
    const facts: [string, ColumnFacts][] = []
    for (const { key, isNumber, has_bar } of columns) {
      if (!isNumber && key.startsWith('config.')) continue
      const goal = goalOf(key, defined)
      const values = isWide || has_bar ? all.map(run => valueOf(run, key)) : []
      const { low, high } = valueScale(values)
      const best = bestOf(isWide ? values : [], goal)
      facts.push([key, { goal, best, low, high }])
    }
    return JSON.stringify(facts)
  }, [columns, runs, pins, defined, isWide])
  // The same facts stay the same object: rows compare them. What is not finite comes back as null, which no number equals.
  return useMemo(() => new Map(JSON.parse(text) as [string, ColumnFacts][]), [text])
}

/** When rows come or go above, the scroller moves with them: what a person looks at stays where it is. */
function useStandingStill(scroller: React.RefObject<HTMLElement | null>, rows: Rows, rowPx: number): void {
  const anchor = useRef<{ id: string; index: number; offset: number } | null>(null)
  useEffect(() => {
    const element = scroller.current
    if (!element) return undefined
    const note = (): void => {
      const index = Math.floor(element.scrollTop / rowPx)
      const row = element.scrollTop > 0 ? rows.at(index) : null
      anchor.current = row && row.id !== '' ? { id: row.id, index, offset: element.scrollTop % rowPx } : null
    }
    note()
    element.addEventListener('scroll', note, { passive: true })
    return () => element.removeEventListener('scroll', note)
  }, [scroller, rows, rowPx])
  const seen = useRef(rows)
  useLayoutEffect(() => {
    if (seen.current === rows) return
    seen.current = rows
    const element = scroller.current
    if (!element || !anchor.current || rows.at(anchor.current.index)?.id === anchor.current.id) return
    const index = rows.indexOf(anchor.current.id)
    if (index < 0) return
    const top = index * rowPx + anchor.current.offset
    // A row that went far away has been sorted elsewhere: then the place stays, not the row.
    if (Math.abs(top - element.scrollTop) < 200 * rowPx && top !== element.scrollTop) element.scrollTo({ top })
  }, [scroller, rows, rowPx])
}

let marked: { cell: Element; run: string | null } | null = null

/** The cell that was pressed last is what Ctrl C copies. */
function markCell(target: Element, scroller: Element | null): void {
  const cell = target.closest('[data-key]')
  unmark()
  if (!cell || !scroller?.contains(cell)) return
  marked = { cell, run: cell.closest('[data-run]')?.getAttribute('data-run') ?? null }
  cell.setAttribute('data-marked', '')
}

function unmark(): void {
  marked?.cell.removeAttribute('data-marked')
  marked = null
}

function copyCell(run: Run | null, scroller: Element | null): void {
  if (!run) return
  const cell = scroller?.querySelector('[data-marked]')
  const key = cell?.closest(`[data-run="${CSS.escape(run.id)}"]`) ? (cell.getAttribute('data-key') ?? 'name') : 'name'
  void copyText(copyValue(run, key), key === 'name' ? 'the name' : `${key} of ${run.name}`)
}
