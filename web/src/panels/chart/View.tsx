/** A chart that a person wrote, or that runs logged: Vega-Lite over a table of the drawn runs. */

import { useEffect, useMemo, useState } from 'react'
import { formatCount } from '../../charts/number'
import { plural } from '../../ui/format'
import { Instead, PanelFrame, type PanelState, type Pill, Unset } from '../frame'
import type { Table } from '../files'
import { useStep } from '../media/steps'
import type { PanelViewProps } from '../registry'
import type { ChartPanel } from '../schema'
import { ChartFigure } from './ChartFigure'
import { byRun, chartTitle, filled, missingSlots, type Row, slotsOf } from './schema'
import { useTemplate } from './template'
import { useChartRows } from './useRows'
import '../media/media.css'

export function ChartView({ panel, runs, isNear, isFull, intents }: PanelViewProps<ChartPanel>) {
  const { source = 'runs', preset = '' } = panel
  const { step } = useStep(undefined, true)
  const { rows: found, logged, isWaiting, error, retry } = useChartRows(panel, runs, step, isNear)
  const [place, setPlace] = useState<HTMLDivElement | null>(null)
  const size = useSize(place)
  const isOwn = preset !== '' || Object.keys(panel.spec ?? {}).length > 0
  const drawnBy = useTemplate(isOwn ? panel : (logged ?? NOTHING))
  const template = drawnBy.spec
  const slots = useMemo(() => (template ? slotsOf(template) : null), [template])
  const { fields, rows } = useMemo(
    () => byRun(slots?.fields ?? [], { ...logged?.fields, ...panel.fields }, found),
    [slots, logged, panel.fields, found],
  )
  const strings = useMemo(() => ({ ...logged?.strings, ...panel.strings }), [logged, panel.strings])
  const spec = useMemo(() => (template ? filled(template, fields, strings) : null), [template, fields, strings])
  const missing = slots ? missingSlots(slots, preset || (logged?.preset ?? ''), fields) : []
  const title = chartTitle(panel)
  const state = stateOf({
    hasSpec: spec !== null,
    fault: drawnBy.fault,
    missing,
    isWaiting: isWaiting || drawnBy.isWaiting,
    error: error ?? drawnBy.error,
    rows,
    runCount: runs.length,
    source,
    retry: error ? retry : drawnBy.retry,
  })
  return (
    <PanelFrame
      {...{ panel, title, isNear, isFull, intents }}
      className="chart-panel"
      pills={pillsOf(source, rows, step)}
      table={() => tableOf(rows)}
      summary={`${title}, ${rows.length} rows`}
    >
      <div className="picture-place" ref={setPlace}>
        {spec && state !== null && typeof state !== 'string' && state.status === 'ready' && size.width > 0 && (
          <ChartFigure
            spec={spec}
            rows={rows}
            what={preset.includes('/') ? `The preset “${preset}”` : 'The chart'}
            name={`${title}, ${plural(rows.length, 'row')}`}
            {...size}
          />
        )}
        {(typeof state === 'string' || state.status !== 'ready') && (
          <Instead
            what={title}
            state={
              typeof state === 'string' ? { status: 'empty', empty: <Unset intents={intents}>{state}</Unset> } : state
            }
          />
        )}
      </div>
    </PanelFrame>
  )
}

const NOTHING = {}

function stateOf(found: {
  hasSpec: boolean
  /** Why the preset that was named is not there. */
  fault: string
  missing: readonly string[]
  isWaiting: boolean
  error: unknown
  rows: readonly Row[]
  runCount: number
  source: string
  retry: () => void
}): PanelState | string {
  if (found.error) return { status: 'failed', error: found.error, onRetry: found.retry }
  if (found.isWaiting) return { status: 'waiting' }
  if (found.fault !== '') return found.fault
  if (!found.hasSpec) return found.source === 'logged' ? 'No drawn run has logged this chart' : 'No chart is chosen'
  if (found.missing.length > 0) return `Slots without a column: ${found.missing.join(', ')}`
  if (found.rows.length === 0)
    return found.runCount === 0
      ? { status: 'empty', empty: 'No run is drawn: show some in the run list' }
      : { status: 'empty', empty: 'The drawn runs have no such values' }
  return { status: 'ready' }
}

function pillsOf(source: NonNullable<ChartPanel['source']>, rows: readonly Row[], step: number | null): Pill[] {
  if (rows.length === 0) return []
  const what = {
    runs: 'one for each run',
    history: 'steps of runs, in buckets where there are more',
    logged: 'of the logged tables',
  }
  const pills: Pill[] = [{ text: plural(rows.length, 'row'), hint: `Rows are ${what[source]}.` }]
  if (source === 'logged' && step !== null) pills.push({ text: `step ${formatCount(step)}`, hint: 'The page’s step.' })
  return pills
}

function tableOf(rows: readonly Row[]): Table {
  const names = [...new Set(rows.flatMap(row => Object.keys(row)))]
  return {
    columns: names.map(name => ({ name, isNumber: typeof rows[0]?.[name] === 'number' })),
    rows: rows.map(row =>
      names.map(name => {
        const value = row[name] ?? null
        return typeof value === 'boolean' ? String(value) : value
      }),
    ),
  }
}

function useSize(element: HTMLElement | null): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 })
  useEffect(() => {
    if (!element) return
    const observer = new ResizeObserver(([entry]) => {
      if (entry)
        setSize({ width: Math.floor(entry.contentRect.width), height: Math.floor(entry.contentRect.height) - 2 })
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [element])
  return size
}
