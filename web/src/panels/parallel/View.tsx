/** Parallel coordinates over all runs of the list. What is brushed lives in the panel and goes to the list as a condition. */

import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { formatCount, formatValue } from '../../charts/number'
import { ParallelChart, type ParallelEvents } from '../../charts/parallel'
import type { ParallelModel } from '../../charts/parallelModel'
import type { PictureOptions } from '../../charts/picture'
import { rampGradient } from '../../charts/ramp'
import { extent } from '../../charts/scales'
import { MenuItem } from '../../ui/Menu'
import { plural } from '../../ui/format'
import { useBrush } from '../brush'
import { goalOf, metricOfKey, useDefinitions, useRunColumns, usefulKeys } from '../columns'
import type { Table } from '../files'
import { type PanelState, type Pill, PictureFrame, Unset } from '../frame'
import { keyTitle, metricKey } from '../keys'
import type { PanelViewProps } from '../registry'
import { type RunValues, useRunValues, valueAt } from '../runValues'
import type { ParallelAxis, ParallelPanel } from '../schema'
import { isBrushed, parallelTitle, unbrushed } from './schema'
import { brushCondition, outward, prepareParallel, type Prepared, type PreparedAxis } from './prepare'

const AUTOMATIC_AXES = 6
/** Narrower than this an axis' labels lie on the next one: the picture scrolls sideways instead. */
const AXIS_PX = 84

const NO_AXES: readonly ParallelAxis[] = []

export function ParallelView({ panel, isNear, isFull, intents }: PanelViewProps<ParallelPanel>) {
  const columns = useRunColumns(isNear)
  const definitions = useDefinitions(isNear)
  const given = panel.axes ?? NO_AXES
  const automatic = useMemo(() => {
    if (given.length > 0 || !columns) return NO_AXES
    const { params, metric } = usefulKeys(columns, definitions)
    if (params.length === 0 || metric === '') return NO_AXES
    const best = goalOf(metric, definitions).goal === 'minimize' ? 'min' : 'max'
    return [...params.slice(0, AUTOMATIC_AXES), metricKey(metric, best)].map((key): ParallelAxis => ({ key }))
  }, [given, columns, definitions])
  // While somebody drags, what is drawn runs ahead of what is kept.
  const [draft, setDraft] = useState<readonly ParallelAxis[] | null>(null)
  const kept = given.length > 0 ? given : automatic
  const axes = draft ?? kept
  const colour = panel.colour || (axes.at(-1)?.key ?? '')
  const { goal } = goalOf(metricOfKey(colour), definitions)
  const keys = useMemo(
    () => [...new Set([...kept.map(axis => axis.key), ...(panel.colour ? [panel.colour] : [])])],
    [kept, panel.colour],
  )
  const { values, status, error, retry } = useRunValues(keys, { isOn: isNear && keys.length > 0 })
  const prepared = useMemo(
    () => (values && axes.length > 0 ? prepareParallel(values, axes, colour, goal) : null),
    [values, axes, colour, goal],
  )
  const title = parallelTitle(panel)

  const { onChange, onBrush } = intents
  const condition = useMemo(() => {
    if (draft) return undefined
    if (!isBrushed(panel)) return null
    return prepared && values ? brushCondition(axes, prepared, values.ids) : undefined
  }, [draft, panel, prepared, values, axes])
  const clear = useCallback(() => onChange(unbrushed(panel)), [onChange, panel])
  useBrush(panel.id, condition, onBrush, clear)

  const state = useRef({ axes, prepared, isReplacing: false })
  useEffect(() => {
    state.current = { ...state.current, axes, prepared }
  }, [axes, prepared])
  const make = useCallback(
    (host: HTMLElement, options: PictureOptions) => {
      const keep = (next: readonly ParallelAxis[]): void => {
        setDraft(null)
        onChange({ axes: next })
      }
      const events: ParallelEvents = {
        onBrush: (at, places, isDone) => {
          const { axes, prepared } = state.current
          const axis = prepared?.axes[at]
          if (!axis) return
          const next = axes.map((one, i) => (i === at ? withBrushes(one, axis, places) : one))
          if (isDone) keep(next)
          else setDraft(next)
        },
        onPick: (at, place) => {
          const { axes, prepared } = state.current
          const picked = prepared?.axes[at]?.valueOf(place)
          if (picked === undefined) return
          keep(axes.map((one, i) => (i === at ? toggled(one, String(picked)) : one)))
        },
        onMove: (from, to) => {
          const next = [...state.current.axes]
          const [moved] = next.splice(from, 1)
          if (!moved || from === to) return
          next.splice(to, 0, moved)
          keep(next)
        },
        onInvert: at => keep(state.current.axes.map((one, i) => (i === at ? turned(one) : one))),
      }
      return new ParallelChart(host, options, events)
    },
    [onChange],
  )

  const panelState: PanelState =
    columns && axes.length === 0
      ? { status: 'empty', empty: <Unset intents={intents}>No config key of these runs differs yet</Unset> }
      : { status: values && values.count === 0 ? 'empty' : status, error, onRetry: retry, empty: 'No run matches' }
  const isAny = isBrushed({ ...panel, axes: [...axes] })
  return (
    <PictureFrame<ParallelModel>
      {...{ panel, title, isNear, isFull, intents, make }}
      className="parallel-panel"
      pills={pillsOf(values, prepared, axes)}
      state={panelState}
      model={prepared?.model ?? null}
      summary={summaryOf(title, values, prepared, axes)}
      minWidthPx={axes.length * AXIS_PX}
      keysHelp="Left and right choose an axis, up and down walk through runs. Shift with up or down moves the upper edge of its brush, Page up and Page down the lower one, Delete clears it. I inverts, brackets move the axis."
      table={() => tableOf(values, axes)}
      menu={
        <MenuItem
          icon="filter"
          {...(isAny ? {} : { why: 'nothing is brushed' })}
          onSelect={() => onChange(unbrushed(panel))}
        >
          Clear brushes
        </MenuItem>
      }
      {...(isFull && prepared
        ? { foot: <Legend title={keyTitle(colour)} prepared={prepared} values={values} colour={colour} /> }
        : {})}
    />
  )
}

function withBrushes(
  axis: ParallelAxis,
  drawn: PreparedAxis,
  places: readonly (readonly [number, number])[],
): ParallelAxis {
  const { brushes: _before, ...rest } = axis
  const brushes = places.map(([low, high]): [number, number] => {
    const [a, b] = [Number(drawn.valueOf(low)), Number(drawn.valueOf(high))]
    return outward(Math.min(a, b), Math.max(a, b))
  })
  return brushes.length > 0 ? { ...rest, brushes } : rest
}

function turned({ is_inverted: isInverted, ...axis }: ParallelAxis): ParallelAxis {
  return isInverted ? axis : { ...axis, is_inverted: true }
}

function toggled(axis: ParallelAxis, category: string): ParallelAxis {
  const { picked = [], ...rest } = axis
  const next = picked.includes(category) ? picked.filter(one => one !== category) : [...picked, category]
  return next.length > 0 ? { ...rest, picked: next } : rest
}

function brushText(axis: ParallelAxis): string {
  const title = keyTitle(axis.key)
  const stretches = (axis.brushes ?? []).map(([low, high]) => `${formatValue(low)} – ${formatValue(high)}`)
  return `${title} ${[...stretches, ...(axis.picked ?? [])].join(', ')}`
}

function pillsOf(values: RunValues | null, prepared: Prepared | null, axes: readonly ParallelAxis[]): Pill[] {
  if (!values || !prepared) return []
  const pills: Pill[] = [{ text: plural(values.count, 'run'), hint: 'All runs of the list, drawn or not.' }]
  if (values.total > values.count)
    pills.push({
      text: `of ${formatCount(values.total)}`,
      hint: 'The first ones in the order of the list.',
      isWarning: true,
    })
  const brushed = axes.filter(axis => (axis.brushes?.length ?? 0) + (axis.picked?.length ?? 0) > 0)
  if (brushed.length > 0) {
    const text = brushed.length === 1 ? brushText(brushed[0] as ParallelAxis) : `${brushed.length} brushes`
    pills.push({
      text: `${text}: ${formatCount(prepared.model.insideCount)}`,
      hint: `${brushed.map(brushText).join(' and ')}. The run list shows these runs only.`,
      isAccent: true,
    })
  }
  return pills
}

function summaryOf(
  title: string,
  values: RunValues | null,
  prepared: Prepared | null,
  axes: readonly ParallelAxis[],
): string {
  if (!values || !prepared) return title
  const names = axes.map(axis => keyTitle(axis.key)).join(', ')
  const inside =
    prepared.model.insideCount < values.count ? `, ${formatCount(prepared.model.insideCount)} within the brushes` : ''
  return `${title}, ${plural(values.count, 'run')} over ${axes.length} axes: ${names}${inside}`
}

function tableOf(values: RunValues | null, axes: readonly ParallelAxis[]): Table {
  const columns = [{ name: 'Run' }, ...axes.map(axis => ({ name: keyTitle(axis.key), isNumber: true }))]
  const rows = (values?.names ?? []).map((name, row) =>
    [name as string | number | null].concat(axes.map(axis => valueAt(values?.byKey.get(axis.key), row))),
  )
  return { columns, rows }
}

function Legend({
  title,
  prepared,
  values,
  colour,
}: {
  title: string
  prepared: Prepared
  values: RunValues | null
  colour: string
}) {
  const numbers = values?.byKey.get(colour)
  const range = numbers?.kind === 'number' ? extent(numbers.numbers) : null
  if (!range || prepared.model.count === 0) return null
  const [low, high] = range
  return (
    <span className="ramp-legend">
      {title} <span className="num">{formatValue(low)}</span>
      <i style={{ background: rampGradient() }} />
      <span className="num">{formatValue(high)}</span>
    </span>
  )
}
