/** The runs of the project: found, filtered, sorted, drawn or not. Virtual, in pages as the server gives them. */

import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useEffect, useMemo, useRef } from 'react'
import { useStore } from 'zustand'
import { formatCount } from '../../charts/number'
import { Button, IconButton } from '../../ui/Button'
import { failureOf } from '../../ui/failure'
import { Icon } from '../../ui/icons'
import { Kbd } from '../../ui/Kbd'
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuSeparator } from '../../ui/Menu'
import { Bone, FailureMessage, Message, useSkeleton } from '../../ui/states'
import { useNow } from '../../ui/useNow'
import { useToken } from '../../ui/useToken'
import { drawMore, hideAll, hideRuns, showAll, showOnly, sortBy, toggleRuns, withChanges } from './actions'
import { FilterInput } from './FilterInput'
import { DRAWN_CHOICES, drawnLimit, isHidden, parseSort, sortTitle, type WorkspaceView } from './model'
import { RunRow, rowId } from './RunRow'
import { SearchInput } from './SearchInput'
import type { Session } from './session'
import { SortMenu } from './SortMenu'
import { filterFault } from './store'
import type { ChangeView } from './useWorkspace'

const HEAD_PX = 26

export interface RunListProps {
  session: Session
  view: WorkspaceView
  change: ChangeView
  /** The key whose value stands in the list's column. */
  value: string
  drawnCount: number
  onOpen: (run: string) => void
}

export function RunListView({ session, view, change, value, drawnCount, onOpen }: RunListProps) {
  const { list } = session
  const error = useStore(list.state, state => state.error)
  const selectedCount = useStore(list.state, state => state.selected.size)
  const fault = filterFault(error)
  return (
    <section className="runs" aria-label="Runs">
      <div className="find">
        <SearchInput
          className="grow"
          label="Find runs"
          placeholder="Find runs by name, tag, note, config"
          keys="/"
          value={view.q ?? ''}
          onChange={q => change(view => withChanges(view, { q: q || undefined }), { replace: true })}
        />
        <SortMenu session={session} view={view} change={change} />
        <Menu align="end" label="Runs" trigger={<IconButton kind="plain" icon="more" label="More about the runs" />}>
          <MenuItem icon="eye" onSelect={() => change(showAll)}>
            Draw all runs
          </MenuItem>
          <MenuItem icon="eye-off" onSelect={() => change(hideAll)}>
            Draw no run
          </MenuItem>
          <MenuSeparator />
          <MenuItem
            icon="eye"
            why={selectedCount > 0 ? undefined : 'select with Space'}
            onSelect={() => change(view => showOnly(view, [...list.state.getState().selected]))}
          >
            Draw only the selected
          </MenuItem>
          <MenuItem
            icon="eye-off"
            why={selectedCount > 0 ? undefined : 'select with Space'}
            onSelect={() => change(view => hideRuns(view, [...list.state.getState().selected]))}
          >
            Do not draw the selected
          </MenuItem>
          <MenuItem icon="close" why={selectedCount > 0 ? undefined : 'none'} onSelect={() => list.clearSelected()}>
            Clear the selection
          </MenuItem>
        </Menu>
      </div>
      <FilterInput
        value={view.filter ?? ''}
        fault={fault}
        onApply={filter => change(view => withChanges(view, { filter: filter || undefined }))}
      />
      <Rows {...{ session, view, change, value, onOpen }} />
      <Foot session={session} view={view} change={change} drawnCount={drawnCount} />
    </section>
  )
}

function Rows({
  session,
  view,
  change,
  value,
  onOpen,
}: Pick<RunListProps, 'session' | 'view' | 'change' | 'onOpen' | 'value'>) {
  const { list, hover } = session
  const runs = useStore(list.state, state => state.runs)
  const total = useStore(list.state, state => state.total)
  const status = useStore(list.state, state => state.status)
  const error = useStore(list.state, state => state.error)
  const cursor = useStore(list.state, state => state.cursor)
  const selected = useStore(list.state, state => state.selected)
  const isSkeleton = useSkeleton(status === 'first')
  const now = useNow(10_000)
  const rowPx = useToken('--row', 28)
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 12,
    paddingStart: HEAD_PX,
  })
  useEffect(() => virtual.measure(), [virtual, rowPx])

  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    // Far jumps walk in big pages: a cursor cannot skip.
    if (last >= runs.length && runs.length < total) void list.more(last - runs.length > 200 ? 1000 : 200)
  }, [list, last, runs.length, total])

  // Where the keyboard is stays in sight.
  useEffect(() => {
    const index = runs.findIndex(run => run.id === cursor)
    if (index >= 0) virtual.scrollToIndex(index)
    // oxlint-disable-next-line react/exhaustive-deps, react/exhaustive-effect-dependencies -- only a move of the cursor scrolls
  }, [cursor, virtual])

  // A run pointed at in a panel is lit here, in place: hundreds of moves a second render nothing.
  useEffect(() => {
    const light = (run: string | null, isLit: boolean): void => {
      if (run === null) return
      const row = scroller.current?.querySelector(`[data-run="${CSS.escape(run)}"]`)
      row?.toggleAttribute('data-lit', isLit)
    }
    return hover.subscribe((now, before) => {
      if (now.run === before.run) return
      light(before.run, false)
      light(now.run, true)
    })
  }, [hover])

  const onToggle = useCallback((run: string) => change(view => toggleRuns(view, [run])), [change])
  const onOnly = useCallback((run: string) => change(view => showOnly(view, [run])), [change])
  const onPoint = useCallback((run: string) => list.setCursor(run), [list])
  const limits = useMemo(
    () =>
      beyond(
        view,
        runs.map(run => run.id),
      ),
    [view, runs],
  )
  const isAnyDrawn = runs.some(run => !isHidden(view, run.id))

  if (status === 'failed') {
    return (
      <div className="run-rows">
        <FailureMessage
          failure={failureOf(error, 'The run list could not be read')}
          onRetry={() => void list.refresh()}
        />
      </div>
    )
  }
  return (
    // oxlint-disable-next-line jsx-a11y/interactive-supports-focus -- the keyboard reaches rows through aria-activedescendant
    <div
      ref={scroller}
      className="run-rows"
      role="grid"
      aria-label="Runs"
      aria-rowcount={total + 1}
      aria-multiselectable="true"
      tabIndex={0}
      {...(cursor === null ? {} : { 'aria-activedescendant': rowId(cursor) })}
      onPointerOver={event => {
        const run = (event.target as Element).closest('[data-run]')?.getAttribute('data-run') ?? null
        hover.set({ run, x: null, axis: '', source: 'list' })
      }}
      onPointerLeave={() => hover.clear('list')}
    >
      <div role="presentation" style={{ height: Math.max(virtual.getTotalSize(), HEAD_PX) }} className="run-rows-in">
        <Head view={view} change={change} value={value} isAnyDrawn={isAnyDrawn} />
        {isSkeleton &&
          Array.from({ length: 12 }, (_, i) => (
            <div key={i} className="run-row" style={{ transform: `translateY(${HEAD_PX + i * rowPx}px)` }}>
              <Bone width={14} height={8} />
              <Bone width={14} height={3} />
              <span />
              <Bone width={`${50 + ((i * 37) % 40)}%`} height={8} />
              <Bone width={44} height={8} />
              <Bone width={20} height={8} />
            </div>
          ))}
        {items.map(item => {
          const run = runs[item.index]
          if (!run) {
            return (
              <div
                key={item.key}
                className="run-row"
                style={{ transform: `translateY(${item.start}px)` }}
                aria-hidden="true"
              >
                <span />
                <span />
                <span />
                <Bone width="60%" height={8} />
              </div>
            )
          }
          return (
            <RunRow
              key={run.id}
              run={run}
              index={item.index}
              top={item.start}
              isHidden={isHidden(view, run.id)}
              isBeyond={limits.has(run.id)}
              isCurrent={run.id === cursor}
              isSelected={selected.has(run.id)}
              value={value}
              now={now}
              onToggle={onToggle}
              onOnly={onOnly}
              onPoint={onPoint}
              onOpen={onOpen}
            />
          )
        })}
      </div>
      {status === 'ready' && total === 0 && <NoMatch view={view} change={change} />}
    </div>
  )
}

/** Runs that are not hidden and still not drawn, because enough others come first. */
function beyond(view: WorkspaceView, runs: readonly string[]): Set<string> {
  if (view.show) return new Set()
  const visible = runs.filter(run => !isHidden(view, run))
  return new Set(visible.slice(drawnLimit(view)))
}

function Head({
  view,
  change,
  value,
  isAnyDrawn,
}: {
  view: WorkspaceView
  change: ChangeView
  value: string
  isAnyDrawn: boolean
}) {
  const sort = parseSort(view.sort)
  const column = (key: string, title: string, isDescendingFirst: boolean, className: string) => {
    const isSorted = key !== '' && sort.key === key
    return (
      <span
        role="columnheader"
        className={className}
        aria-sort={isSorted ? (sort.descending ? 'descending' : 'ascending') : 'none'}
      >
        {key === '' ? (
          <span className="vh">Value</span>
        ) : (
          <button
            type="button"
            className={isSorted ? 'on cut' : 'cut'}
            title={`Sort by ${title}`}
            onClick={() => change(view => sortBy(view, key, isDescendingFirst))}
          >
            {title}
            {isSorted && <Icon name={sort.descending ? 'arrow-down' : 'arrow-up'} size={10} />}
          </button>
        )}
      </span>
    )
  }
  return (
    <div className="run-row head" role="row" aria-rowindex={1}>
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
      {column('name', 'Name', false, '')}
      {column(value, sortTitle(value), true, 'num')}
      {column('created_at', 'Age', true, 'num')}
    </div>
  )
}

function NoMatch({ view, change }: { view: WorkspaceView; change: ChangeView }) {
  if (!view.filter && !view.q) return null
  return (
    <Message
      icon="filter"
      title={view.filter ? 'No run matches the filter' : 'No run is found'}
      actions={
        <Button onClick={() => change(view => withChanges(view, { filter: undefined, q: undefined }))}>
          {view.filter && view.q ? 'Clear filter and search' : view.filter ? 'Clear filter' : 'Clear search'}
        </Button>
      }
    >
      <span>
        {view.filter ? <code>{view.filter}</code> : `Nothing has “${view.q}” in its name, tags, notes or config.`}
      </span>
    </Message>
  )
}

function Foot({ session, view, change, drawnCount }: Pick<RunListProps, 'session' | 'view' | 'change' | 'drawnCount'>) {
  const { list } = session
  const total = useStore(list.state, state => state.total)
  const runningCount = useStore(list.state, state => state.runningCount)
  const selectedCount = useStore(list.state, state => state.selected.size)
  const isKept = useStore(list.state, state => state.error !== null && state.status === 'ready')
  const isPart = drawnCount < total
  return (
    <div className="foot">
      <span className="b" aria-live="polite">
        {formatCount(total)} {total === 1 ? 'run' : 'runs'}
      </span>
      <Menu
        label="How many runs are drawn"
        trigger={
          <button type="button" className="drawn" title="Choose how many runs are drawn">
            {isPart ? `${formatCount(drawnCount)} of ${formatCount(total)} drawn` : `${formatCount(drawnCount)} drawn`}
            <Icon name="chev-d" size={11} />
          </button>
        }
      >
        <MenuLabel>Draw the first of the list that are not hidden</MenuLabel>
        <MenuChoice
          value={String(drawnLimit(view))}
          options={DRAWN_CHOICES.map(count => ({ value: String(count), label: `First ${count}` }))}
          onChange={count => change(view => drawMore(view, Number(count)))}
        />
      </Menu>
      {runningCount > 0 && <span>{formatCount(runningCount)} running</span>}
      {selectedCount > 0 && <span>{formatCount(selectedCount)} selected</span>}
      {isKept && (
        <span className="warn" title="The last question could not be answered: these are the runs before it.">
          not refreshed
        </span>
      )}
      <span className="right hints desk-only">
        <Kbd keys="j" /> <Kbd keys="k" /> move <Kbd keys="h" /> hide
      </span>
    </div>
  )
}
