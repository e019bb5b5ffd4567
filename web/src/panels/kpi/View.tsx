/** One figure over all runs of the list: its value, whose it is, how far from the baseline, and the curve it comes from. */

import { useEffect, useMemo, useRef } from 'react'
import { colourOf, onThemeChange, runStyle } from '../../charts/palette'
import { fit } from '../../charts/picture'
import { difference } from '../../data/exactIntegers'
import { type Axis, placeOf, type Scope } from '../../data/metricStore'
import type { SeriesData } from '../../data/series'
import { cx } from '../../ui/cx'
import { plural } from '../../ui/format'
import { Icon } from '../../ui/icons'
import { goalOf, useDefinitions, useRunColumns, usefulKeys } from '../columns'
import { usePanelServices, useRunSet } from '../context'
import { Instead, PanelFrame, type PanelState, Unset } from '../frame'
import type { PanelIntents, PanelViewProps } from '../registry'
import { exactAt, useRunValues } from '../runValues'
import type { KpiPanel } from '../schema'
import { deltaText, exactText } from '../valueText'
import { type Figure, figureOf } from './figure'
import { curveAxis, deltaTone, formatKpi, kpiKey, kpiTitle, toneOf } from './schema'
import './kpi.css'

const SPARK_BUCKETS = 500

export function KpiView({ panel: given, runs, isNear, isFull, intents }: PanelViewProps<KpiPanel>) {
  const runSet = useRunSet()
  const columns = useRunColumns(isNear && !given.metric)
  const definitions = useDefinitions(isNear)
  const panel = useMemo(() => {
    if (given.metric || !columns) return given
    const { metric } = usefulKeys(columns, definitions)
    return metric ? { ...given, metric } : given
  }, [given, columns, definitions])
  const { metric = '', aggregate = 'best', has_sparkline: hasSparkline = true } = panel
  const { goal, isGuessed } = goalOf(metric, definitions)
  const key = kpiKey(panel, goal)
  const keys = useMemo(() => (key === '' ? [] : [key]), [key])
  const { values, status, error, retry } = useRunValues(keys, {
    isOn: isNear && key !== '' && definitions !== undefined,
  })
  const baseline = useMemo(() => (runSet.baseline ? [runSet.baseline] : []), [runSet.baseline])
  const based = useRunValues(keys, { isOn: isNear && key !== '' && baseline.length > 0, ids: baseline })
  const figure = useMemo(
    () => (values && key !== '' ? figureOf(values, key, aggregate, goal) : null),
    [values, key, aggregate, goal],
  )
  const base = baseline.length > 0 && based.values ? exactAt(based.values, key, 0) : undefined
  const title = kpiTitle(panel, goal)
  const unit = panel.format === '' || panel.format === undefined ? (definitions?.get(metric)?.unit ?? '') : ''
  const state: PanelState =
    metric === ''
      ? columns
        ? { status: 'empty', empty: <Unset intents={intents}>No metric is chosen</Unset> }
        : { status: 'waiting' }
      : values && !figure
        ? { status: 'empty', empty: `No run has ${metric}` }
        : { status, error, onRetry: retry }
  const distance = figure && base !== undefined && aggregate !== 'count' ? difference(figure.exact, base) : Number.NaN
  const delta = figure && Number.isFinite(distance) ? deltaText(figure.exact, base) : null
  const tone = figure ? toneOf(figure.value, panel, goal) : ''
  const said = figure
    ? [
        `${title} ${formatKpi(figure.exact, panel.format)}${unit && ` ${unit}`}`,
        figure.holder ? figure.holder.name : plural(figure.runCount, 'run'),
        delta === null ? '' : `${delta} to the baseline`,
        tone === '' ? '' : tone === 'bad' ? 'beyond its limit' : 'near its limit',
      ]
    : [title]
  const summary = said.filter(part => part !== '').join(', ')
  return (
    <PanelFrame
      {...{ panel, title, isNear, isFull, intents, summary }}
      className="kpi-panel"
      isBare
      table={() => ({
        columns: [
          { name: 'Figure' },
          { name: 'Value', isNumber: true },
          { name: 'Run' },
          { name: 'Baseline', isNumber: true },
        ],
        rows: figure
          ? [[title, figure.exact, figure.holder?.name ?? plural(figure.runCount, 'run'), base ?? null]]
          : [],
      })}
    >
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it takes the panel's keys */}
      <div className="kpi" data-keys="" tabIndex={0} role="group" aria-label={summary}>
        <div
          className="l cut"
          title={isGuessed ? `${title}: the direction is read from the name; assay.define says it` : title}
        >
          {title}
        </div>
        {figure && (
          <>
            <div className={cx('f', tone)} title={exactText(figure.exact)}>
              {tone !== '' && <Icon name={tone === 'bad' ? 'error' : 'warn'} size={16} />}
              {formatKpi(figure.exact, panel.format)}
              {unit && <small className="t3">{unit}</small>}
              {delta !== null && <small className={cx('delta', deltaTone(distance, goal))}>{delta}</small>}
            </div>
            <Who figure={figure} runs={runs} intents={intents} />
          </>
        )}
        {hasSparkline && figure?.holder && isNear && (
          <Spark run={figure.holder.id} metric={metric} axis={curveAxis(metric, definitions)} />
        )}
        <Instead state={state} what={title} />
      </div>
    </PanelFrame>
  )
}

function Who({
  figure,
  runs,
  intents,
}: {
  figure: Figure
  runs: PanelViewProps<KpiPanel>['runs']
  intents: PanelIntents
}) {
  const { hover } = usePanelServices()
  const { holder } = figure
  if (!holder) return <div className="who t3">{plural(figure.runCount, 'run')}</div>
  const colour = runs.find(run => run.id === holder.id)?.style?.colour ?? runStyle(holder.ordinal).colour
  return (
    <div className="who">
      <button
        type="button"
        className="lnk"
        onClick={event => intents.onOpenRun(holder.id, { isNewTab: event.ctrlKey || event.metaKey })}
        onPointerEnter={() => hover.set({ run: holder.id, x: null, axis: '', source: 'kpi' })}
        onPointerLeave={() => hover.clear('kpi')}
      >
        <span className="sw" style={{ '--c': `var(${colour})` } as React.CSSProperties} />
        <span className="cut">{holder.name}</span>
      </button>
    </div>
  )
}

/** The curve of the run that holds the figure, from the same store as every line. No component renders when it grows. */
function Spark({ run, metric, axis }: { run: string; metric: string; axis: Axis }) {
  const { loader, store } = usePanelServices()
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const scope: Scope = { channel: 'history', axis, window: null }
    const place = placeOf(scope, run, metric)
    const draw = (): void => {
      const data = store.get(place)?.data
      if (canvas.current) drawSpark(canvas.current, data ?? null)
    }
    const watched = loader.watch({ scope, keys: [metric], runs: [run], buckets: SPARK_BUCKETS })
    const stops = [store.subscribe([place], draw), onThemeChange(draw), () => watched.stop()]
    draw()
    return () => {
      for (const stop of stops) stop()
    }
  }, [loader, store, run, metric, axis])
  return <canvas ref={canvas} className="spark" aria-hidden="true" />
}

function drawSpark(canvas: HTMLCanvasElement, data: SeriesData | null): void {
  const size = { width: canvas.clientWidth, height: canvas.clientHeight }
  const ctx = size.width > 0 ? fit(canvas, size) : null
  if (!ctx || !data || data.rows < 2) return
  const [first, last] = [data.x[0] as number, data.x[data.rows - 1] as number]
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < data.rows; i++) {
    const value = data.mean[i] as number
    if (!Number.isFinite(value)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  if (!(low <= high)) return
  const x = (value: number): number => 1.5 + ((value - first) / (last - first || 1)) * (size.width - 6)
  const y = (value: number): number => size.height - 3 - ((value - low) / (high - low || 1)) * (size.height - 6)
  ctx.beginPath()
  let end: [number, number] = [0, 0]
  let isFirst = true
  for (let i = 0; i < data.rows; i++) {
    const value = data.mean[i] as number
    if (!Number.isFinite(value)) continue
    end = [x(data.x[i] as number), y(value)]
    if (isFirst) ctx.moveTo(...end)
    else ctx.lineTo(...end)
    isFirst = false
  }
  ctx.strokeStyle = ctx.fillStyle = colourOf('--text-3')
  ctx.lineWidth = 1.4
  ctx.stroke()
  ctx.lineTo(end[0], size.height)
  ctx.lineTo(1.5, size.height)
  ctx.globalAlpha = 0.1
  ctx.fill()
  ctx.globalAlpha = 1
  ctx.beginPath()
  ctx.arc(...end, 2.2, 0, Math.PI * 2)
  ctx.fill()
}
