/** A scatter plot over all runs of the list. */

import { useCallback, useEffect, useMemo, useRef } from 'react'
import { formatAbout, formatCount, formatValue } from '../../charts/number'
import { runStyle } from '../../charts/palette'
import type { PictureOptions } from '../../charts/picture'
import { rampGradient } from '../../charts/ramp'
import { extent } from '../../charts/scales'
import { MANY, ScatterChart, type ScatterModel } from '../../charts/scatter'
import { MenuItem } from '../../ui/Menu'
import { plural } from '../../ui/format'
import { useBrush } from '../brush'
import { goalOf, metricOfKey, useDefinitions, useRunColumns, usefulKeys } from '../columns'
import type { Table } from '../files'
import { type PanelState, type Pill, PictureFrame, Unset } from '../frame'
import { keyTitle, metricKey } from '../keys'
import type { PanelViewProps } from '../registry'
import { type RunValues, useRunValues, valueAt } from '../runValues'
import type { Goal, ScatterPanel } from '../schema'
import { pickFields, type PreparedScatter, prepareScatter, scatterCondition } from './prepare'
import { scatterTitle } from './schema'

export function ScatterView({ panel: given, runs, isNear, isFull, intents }: PanelViewProps<ScatterPanel>) {
  const isSet = Boolean(given.x && given.y)
  const columns = useRunColumns(isNear && !isSet)
  const definitions = useDefinitions(isNear)
  const panel = useMemo(() => {
    if (isSet || !columns) return given
    const { params, metric } = usefulKeys(columns, definitions)
    const best = goalOf(metric, definitions).goal === 'minimize' ? 'min' : 'max'
    return { ...given, x: given.x || (params[0] ?? ''), y: given.y || (metric ? metricKey(metric, best) : '') }
  }, [given, isSet, columns, definitions])
  const keys = useMemo(
    () =>
      [
        ...new Set(
          [panel.x, panel.y, panel.colour, panel.size, panel.label].filter(key => key !== undefined && key !== ''),
        ),
      ] as string[],
    [panel.x, panel.y, panel.colour, panel.size, panel.label],
  )
  const isAsked = Boolean(panel.x && panel.y)
  const { values, status, error, retry } = useRunValues(keys, { isOn: isNear && isAsked })
  const goalX = panel.goal_x || goalFor(panel.x, definitions)
  const goalY = panel.goal_y || goalFor(panel.y, definitions)
  const styles = useMemo(
    () => new Map(runs.map(run => [run.id, run.style?.colour ?? runStyle(run.ordinal).colour])),
    [runs],
  )
  const prepared = useMemo(() => {
    if (!values || !isAsked) return null
    const tokenOf = (run: string, ordinal: number): string => styles.get(run) ?? runStyle(ordinal).colour
    return prepareScatter(values, panel, { tokenOf, goalX, goalY })
  }, [values, isAsked, panel, styles, goalX, goalY])
  const title = scatterTitle(panel)

  const { onChange, onBrush } = intents
  const chosen = useMemo(() => (prepared ? scatterCondition(prepared, panel) : null), [prepared, panel])
  const clear = useCallback(() => onChange({ brush: undefined, lasso: undefined }), [onChange])
  useBrush(panel.id, chosen?.condition, onBrush, clear)

  const latest = useRef(prepared)
  useEffect(() => {
    latest.current = prepared
  }, [prepared])
  const make = useCallback(
    (host: HTMLElement, options: PictureOptions) =>
      new ScatterChart(host, options, {
        onPick: (polygon, isBox) => {
          if (latest.current) onChange(pickFields(polygon, isBox, latest.current))
        },
      }),
    [onChange],
  )

  const isEmpty = prepared !== null && prepared.model.count === 0
  const state: PanelState = !isAsked
    ? isSet || columns
      ? { status: 'empty', empty: <Unset intents={intents}>Two keys make a scatter plot</Unset> }
      : { status: 'waiting' }
    : isEmpty
      ? { status: 'empty', empty: `No run has both ${keyTitle(panel.x ?? '')} and ${keyTitle(panel.y ?? '')}` }
      : { status, error, onRetry: retry }
  const isPicked = prepared?.model.inside != null
  return (
    <PictureFrame<ScatterModel>
      {...{ panel, title, isNear, isFull, intents, make, state }}
      className="scatter-panel"
      pills={pillsOf(values, prepared, panel, chosen?.isBoxOnly ?? false)}
      model={prepared?.model ?? null}
      summary={summaryOf(title, prepared)}
      keysHelp="Arrows walk from run to run by the horizontal axis, with Shift in large steps. O opens the run. Delete takes a choice away."
      table={() => tableOf(values, prepared, keys)}
      menu={
        <>
          <MenuItem
            icon={panel.has_trend ? 'check' : 'chart'}
            onSelect={() => onChange({ has_trend: panel.has_trend ? undefined : true })}
          >
            Trend line
          </MenuItem>
          <MenuItem
            icon={panel.has_front ? 'check' : 'target'}
            {...(goalX && goalY ? {} : { why: 'both axes need a direction' })}
            onSelect={() => onChange({ has_front: panel.has_front ? undefined : true })}
          >
            Pareto front
          </MenuItem>
          <MenuItem
            icon="filter"
            {...(isPicked ? {} : { why: 'nothing is picked' })}
            onSelect={() => onChange({ brush: undefined, lasso: undefined })}
          >
            Clear choice
          </MenuItem>
        </>
      }
      {...(panel.colour && prepared?.model.tones
        ? { foot: <ColourLegend values={values} colour={panel.colour} /> }
        : {})}
    />
  )
}

function goalFor(key: string | undefined, definitions: Parameters<typeof goalOf>[1]): Goal {
  const metric = metricOfKey(key ?? '')
  return metric === '' ? '' : goalOf(metric, definitions).goal
}

function pillsOf(
  values: RunValues | null,
  prepared: PreparedScatter | null,
  panel: ScatterPanel,
  isBoxOnly: boolean,
): Pill[] {
  if (!values || !prepared) return []
  const { model, leftOut } = prepared
  const pills: Pill[] = [{ text: plural(model.count, 'run'), hint: 'Runs of the list that have both values.' }]
  if (values.total > values.count)
    pills.push({
      text: `of ${formatCount(values.total)}`,
      hint: 'The first ones in the order of the list.',
      isWarning: true,
    })
  if (leftOut > 0)
    pills.push({
      text: `${formatCount(leftOut)} without`,
      hint: 'They lack a value, or it has no place on a logarithmic axis.',
    })
  if (model.inside)
    pills.push({
      text: `${formatCount(prepared.pickedCount)} picked`,
      hint: isBoxOnly ? 'So many that the list shows the box around the lasso.' : 'The run list shows these runs only.',
      isAccent: true,
    })
  if (model.front.length > 0)
    pills.push({ text: `front of ${model.front.length}`, hint: 'No run is better than these in both directions.' })
  if (panel.has_trend && prepared.fit)
    pills.push({
      text: `r ${prepared.fit.r.toFixed(2)}`,
      hint: 'Least squares in the units drawn; the band is the 95 % interval of the mean.',
    })
  if (model.count > MANY)
    pills.push({ text: 'faint', hint: `${formatAbout(model.count)} points are drawn, each fainter.` })
  return pills
}

function summaryOf(title: string, prepared: PreparedScatter | null): string {
  if (!prepared) return title
  const { model, fit } = prepared
  const parts = [`${title}, ${plural(model.count, 'run')}`]
  if (fit) parts.push(`correlation ${fit.r.toFixed(2)}`)
  if (model.front.length > 0) {
    const names = model.front.slice(0, 5).map(row => model.names[row])
    parts.push(`Pareto front of ${model.front.length}: ${names.join(', ')}`)
  }
  if (model.inside) parts.push(`${prepared.pickedCount} picked`)
  return parts.join(', ')
}

function tableOf(values: RunValues | null, prepared: PreparedScatter | null, keys: readonly string[]): Table {
  const columns = [{ name: 'Run' }, ...keys.map(key => ({ name: keyTitle(key), isNumber: true }))]
  const rows = Array.from(prepared?.rows ?? [], row => [
    values?.names[row] ?? '',
    ...keys.map(key => valueAt(values?.byKey.get(key), row)),
  ])
  return { columns, rows }
}

function ColourLegend({ values, colour }: { values: RunValues | null; colour: string }) {
  const found = values?.byKey.get(colour)
  if (!found) return null
  const ends =
    found.kind === 'number'
      ? (extent(found.numbers)?.map(formatValue) ?? ['', ''])
      : [...new Set(found.texts.filter(text => text !== null))]
          .toSorted()
          .filter((_, i, all) => i === 0 || i === all.length - 1)
  return (
    <span className="ramp-legend">
      {keyTitle(colour)} <span className="num">{ends[0]}</span>
      <i style={{ background: rampGradient() }} />
      <span className="num">{ends.at(-1)}</span>
    </span>
  )
}
