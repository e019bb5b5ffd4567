/** Any number of runs side by side. Rows and columns are virtual: a hundred runs cost what fits the screen. */

import { useQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, useMemo, useRef, useState } from 'react'
import { formatCount } from '../../charts/number'
import { runStyle } from '../../charts/palette'
import { api } from '../../data/client'
import { parseRuns } from '../../data/exactIntegers'
import { plural } from '../../ui/format'
import { Icon } from '../../ui/icons'
import { IconButton } from '../../ui/Button'
import { copyText } from '../../ui/clipboard'
import { TextInput } from '../../ui/controls'
import { cx } from '../../ui/cx'
import { MenuCheck, MenuItem } from '../../ui/Menu'
import { useToken } from '../../ui/useToken'
import { usePanelServices, useRunSet } from '../context'
import { csvOfTable, type Cell, markdownOfTable, type Table } from '../files'
import { Instead, PanelFrame, type PanelState, type Pill } from '../frame'
import type { PanelViewProps } from '../registry'
import type { ComparerPanel } from '../schema'
import {
  compare,
  type ComparedRow,
  type ComparedRun,
  deltaOf,
  isNumber,
  isSame,
  type Line,
  linesOf,
  type Value,
} from './prepare'
import { exactText, valueText } from '../valueText'
import { comparerTitle, SECTION_TITLES, SECTIONS, type SectionName } from './schema'
import './comparer.css'

const PAGE = 500
/** Drawn runs that are compared by themselves; a panel may name more. */
const AUTOMATIC_MAX = 100
const KEY_PX = 190
const COLUMN_PX = 150
const HEAD_PX = 30

export function ComparerView({ panel, runs, isNear, isFull, intents }: PanelViewProps<ComparerPanel>) {
  const { api: project } = usePanelServices()
  const runSet = useRunSet()
  const { runs: named = [], sections = [], search = '', is_diff_only: isDiffOnly = true } = panel
  const ids = useMemo(() => {
    const chosen = named.length > 0 ? named : runs.slice(0, AUTOMATIC_MAX).map(run => run.id)
    const base = panel.base || runSet.baseline
    return base && !chosen.includes(base) ? [base, ...chosen] : [...chosen]
  }, [named, runs, panel.base, runSet.baseline])
  const { data, error, refetch } = useQuery({
    queryKey: ['compared', project.path, ids],
    queryFn: async ({ signal }) => {
      const found = new Map<string, ComparedRun>()
      for (let from = 0; from < ids.length; from += PAGE) {
        const body = { ids: ids.slice(from, from + PAGE), columns: ['*'], limit: PAGE }
        const page = await api.post<{ runs: ComparedRun[] }>(`${project.path}/runs/query`, body, {
          signal,
          parse: parseRuns,
        })
        for (const run of page.runs) found.set(run.id, run)
      }
      return ids.flatMap(id => found.get(id) ?? [])
    },
    enabled: isNear && ids.length > 0,
    placeholderData: before => before,
  })
  const compared = useMemo(() => (ids.length > 0 ? (data ?? []) : []), [ids, data])
  const base = panel.base || runSet.baseline
  const baseAt = Math.max(
    0,
    compared.findIndex(run => run.id === base),
  )
  const rows = useMemo(() => compare(compared, baseAt), [compared, baseAt])
  const shownSections = useMemo(
    () => (sections.length > 0 ? SECTIONS.filter(name => sections.includes(name)) : SECTIONS),
    [sections],
  )
  const lines = useMemo(
    () => linesOf(rows, { sections: shownSections, isDiffOnly: isDiffOnly && compared.length > 1, search }),
    [rows, shownSections, isDiffOnly, search, compared.length],
  )
  const title = comparerTitle(panel)
  const state: PanelState =
    ids.length === 0
      ? { status: 'empty', empty: 'No run is drawn: show some in the run list, or name them in the settings' }
      : { status: data ? 'ready' : error ? 'failed' : 'waiting', error, onRetry: () => void refetch() }
  const { onChange } = intents
  const summary = `${title}, ${compared.length} runs, ${rows.filter(row => row.isDifferent).length} of ${rows.length} values differ`
  const table = (): Table => tableOf(compared, lines)
  return (
    <PanelFrame
      {...{ panel, title, isNear, isFull, intents, summary, table }}
      className="comparer-panel"
      pills={pillsOf(compared, rows, ids.length, named.length === 0 ? runs.length : named.length)}
      menu={
        <>
          {SECTIONS.map(name => (
            <MenuCheck
              key={name}
              isChecked={shownSections.includes(name)}
              onChange={isOn => onChange({ sections: withSection(shownSections, name, isOn) })}
            >
              {SECTION_TITLES[name]}
            </MenuCheck>
          ))}
          <MenuItem icon="copy" onSelect={() => void copyText(markdownOfTable(table()), 'the comparison')}>
            Copy all as Markdown
          </MenuItem>
          <MenuItem icon="copy" onSelect={() => void copyText(csvOfTable(table()), 'the comparison')}>
            Copy all as CSV
          </MenuItem>
        </>
      }
    >
      <div className="comparer-bar">
        <TextInput
          icon="search"
          className="grow"
          aria-label="Find in the comparison"
          placeholder="Find a key or a value"
          value={search}
          onChange={event => onChange({ search: event.target.value || undefined }, { replace: search !== '' })}
        />
        <button
          type="button"
          className={cx('set', isDiffOnly && 'on')}
          aria-pressed={isDiffOnly}
          onClick={() => onChange({ is_diff_only: isDiffOnly ? false : undefined })}
        >
          Differences only
        </button>
      </div>
      <div className="comparer-place">
        {state.status === 'ready' && compared.length > 0 ? (
          <Grid
            {...{ compared, lines, baseAt, title }}
            onBase={id => onChange({ base: id })}
            onOpen={intents.onOpenRun}
          />
        ) : null}
        <Instead state={state} what={title} />
        {state.status === 'ready' && lines.every(line => line.kind === 'section') && (
          <p className="comparer-none hint">{search ? `Nothing holds “${search}”` : 'These runs differ in nothing'}</p>
        )}
      </div>
    </PanelFrame>
  )
}

function withSection(shown: readonly SectionName[], name: SectionName, isOn: boolean): SectionName[] | undefined {
  const next = SECTIONS.filter(one => (one === name ? isOn : shown.includes(one)))
  return next.length === 0 || next.length === SECTIONS.length ? undefined : next
}

function pillsOf(compared: readonly ComparedRun[], rows: readonly ComparedRow[], asked: number, all: number): Pill[] {
  if (compared.length === 0) return []
  const different = rows.filter(row => row.isDifferent).length
  const pills: Pill[] = [
    {
      text: plural(compared.length, 'run'),
      hint: 'A column each; the first is the base unless another is chosen.',
    },
    {
      text: `${formatCount(different)} of ${formatCount(rows.length)} differ`,
      hint: 'Values that are not the same in all of them.',
    },
  ]
  if (asked < all)
    pills.push({
      text: `of ${formatCount(all)} drawn`,
      hint: 'The first drawn runs; the settings can name others.',
      isWarning: true,
    })
  if (compared.length < asked)
    pills.push({
      text: `${asked - compared.length} gone`,
      hint: 'They were deleted, or nobody may see them.',
      isWarning: true,
    })
  return pills
}

function tableOf(compared: readonly ComparedRun[], lines: readonly Line[]): Table {
  return {
    columns: [{ name: 'Section' }, { name: 'Key' }, ...compared.map(run => ({ name: run.name }))],
    rows: lines.flatMap(line =>
      line.kind === 'row'
        ? [[line.row.section, line.row.key, ...line.row.values.map((value): Cell => value ?? null)]]
        : [],
    ),
  }
}

function Grid({
  compared,
  lines,
  baseAt,
  title,
  onBase,
  onOpen,
}: {
  compared: readonly ComparedRun[]
  lines: readonly Line[]
  baseAt: number
  title: string
  onBase: (id: string) => void
  onOpen: (id: string) => void
}) {
  const scroller = useRef<HTMLDivElement>(null)
  const [cursor, setCursor] = useState<{ line: number; run: number } | null>(null)
  const rowPx = useToken('--row', 28)
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 6,
    scrollPaddingStart: HEAD_PX,
  })
  const columns = useVirtualizer({
    horizontal: true,
    count: compared.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => COLUMN_PX,
    overscan: 2,
    scrollPaddingStart: KEY_PX,
  })
  const width = KEY_PX + columns.getTotalSize()
  const items = columns.getVirtualItems()
  const before = items[0]?.start ?? 0
  const move = (line: number, run: number): void => {
    const to = {
      line: Math.max(0, Math.min(lines.length - 1, line)),
      run: Math.max(0, Math.min(compared.length - 1, run)),
    }
    setCursor(to)
    rows.scrollToIndex(to.line)
    columns.scrollToIndex(to.run)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = cursor ?? { line: -1, run: 0 }
    if ((event.ctrlKey || event.metaKey) && event.key === 'c' && cursor) {
      const line = lines[cursor.line]
      if (line?.kind === 'row') void copyText(saidOf(line.row.values[cursor.run]), 'the value')
    } else if (event.ctrlKey || event.metaKey || event.altKey) return
    else if (event.key === 'ArrowDown') move(at.line + 1, at.run)
    else if (event.key === 'ArrowUp') move(at.line - 1, at.run)
    else if (event.key === 'ArrowRight') move(at.line, at.run + 1)
    else if (event.key === 'ArrowLeft') move(at.line, at.run - 1)
    else if (event.key === 'Home') move(0, at.run)
    else if (event.key === 'End') move(lines.length - 1, at.run)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const current = cursor && rows.getVirtualItems().some(item => item.index === cursor.line) ? cursor : null
  return (
    <div
      ref={scroller}
      className="comparer"
      role="grid"
      data-keys=""
      tabIndex={0}
      aria-label={title}
      aria-rowcount={lines.length + 1}
      aria-colcount={compared.length + 1}
      {...(current ? { 'aria-activedescendant': `cmp-${current.line}-${current.run}` } : {})}
      onKeyDown={onKeyDown}
    >
      <div className="cmp-head" role="row" aria-rowindex={1} style={{ width }}>
        <span className="cmp-key" role="columnheader">
          Key
        </span>
        <span style={{ width: before, flex: 'none' }} />
        {items.map(({ index }) => {
          const run = compared[index] as ComparedRun
          const isBase = index === baseAt
          return (
            <span
              key={run.id}
              role="columnheader"
              className={cx('cmp-cell', isBase && 'base')}
              aria-colindex={index + 2}
            >
              <span className="sw" style={{ '--c': `var(${runStyle(run.ordinal).colour})` } as React.CSSProperties} />
              <button type="button" className="cut" title={run.name} tabIndex={-1} onClick={() => onOpen(run.id)}>
                {run.name}
              </button>
              {isBase ? (
                <span className="t3">base</span>
              ) : (
                <IconButton
                  small
                  icon="pin"
                  tabIndex={-1}
                  label={`Compare with ${run.name}`}
                  onClick={() => onBase(run.id)}
                />
              )}
            </span>
          )
        })}
      </div>
      <div style={{ height: rows.getTotalSize(), width, position: 'relative' }} role="presentation">
        {rows.getVirtualItems().map(({ index, start }) => {
          const line = lines[index] as Line
          const place = { transform: `translateY(${start}px)`, height: rowPx, width }
          if (line.kind === 'section') {
            return (
              <div key={line.section} role="row" aria-rowindex={index + 2} className="cmp-row section" style={place}>
                <span role="gridcell" className="cmp-section">
                  {SECTION_TITLES[line.section]}
                  <span className="n">
                    {formatCount(line.rowCount)} {line.rowCount === 1 ? 'key' : 'keys'},{' '}
                    {formatCount(line.differentCount)} differ
                  </span>
                </span>
              </div>
            )
          }
          const { row } = line
          return (
            <div
              key={`${row.section}.${row.key}`}
              role="row"
              aria-rowindex={index + 2}
              className="cmp-row"
              style={place}
            >
              <span role="rowheader" className={cx('cmp-key', row.isDifferent && 'differs')} title={row.key}>
                <span className="cut">{row.key}</span>
                <IconButton
                  small
                  icon="copy"
                  tabIndex={-1}
                  className="cmp-copy"
                  label={`Copy the row ${row.key}`}
                  onClick={() => void copyText(markdownOfTable(tableOf(compared, [line])), 'the row')}
                />
              </span>
              <span style={{ width: before, flex: 'none' }} />
              {items.map(column => (
                <CompareCell
                  key={column.key}
                  id={`cmp-${index}-${column.index}`}
                  row={row}
                  at={column.index}
                  baseAt={baseAt}
                  isCurrent={current?.line === index && current.run === column.index}
                  onPick={() => setCursor({ line: index, run: column.index })}
                />
              ))}
            </div>
          )
        })}
      </div>
    </div>
  )
}

const saidOf = (value: Value): string => (value === undefined || value === null ? '' : exactText(value))

function CompareCell({
  id,
  row,
  at,
  baseAt,
  isCurrent,
  onPick,
}: {
  id: string
  row: ComparedRow
  at: number
  baseAt: number
  isCurrent: boolean
  onPick: () => void
}) {
  const value = row.values[at]
  const base = row.values[baseAt]
  const isMissing = value === undefined
  const isChanged = at !== baseAt && !isSame(value, base)
  const delta = deltaOf(row, at, baseAt)
  const said = isMissing ? 'not there' : saidOf(value)
  return (
    // The grid itself takes the keys.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
    <span
      id={id}
      role="gridcell"
      tabIndex={-1}
      aria-colindex={at + 2}
      className={cx(
        'cmp-cell',
        isNumber(value) && 'num',
        isMissing && 'missing',
        isChanged && 'changed',
        isCurrent && 'current',
      )}
      title={said}
      onClick={onPick}
    >
      <span className="cut">{isMissing ? <Icon name="minus" size={11} /> : valueText(value) || '“”'}</span>
      {(isMissing || isChanged) && <span className="vh">{isMissing ? 'not there' : 'differs'}</span>}
      {delta !== null && <span className="t3 delta">{delta}</span>}
    </span>
  )
}
