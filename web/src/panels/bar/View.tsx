/** Bars, boxes or violins over the runs of the list. */

import { useCallback, useMemo } from 'react'
import { BarChart, type BarModel } from '../../charts/bars'
import { formatCount, formatValue } from '../../charts/number'
import { runStyle } from '../../charts/palette'
import type { PictureOptions } from '../../charts/picture'
import { MenuChoice, MenuItem } from '../../ui/Menu'
import { plural } from '../../ui/format'
import { goalOf, useDefinitions, useRunColumns, usefulKeys } from '../columns'
import type { Table } from '../files'
import { type PanelState, type Pill, PictureFrame, Unset } from '../frame'
import { keyTitle, metricKey } from '../keys'
import type { PanelViewProps } from '../registry'
import { type RunValues, useRunValues } from '../runValues'
import type { BarPanel } from '../schema'
import { prepareBars, type PreparedBars } from './prepare'
import { barTitle, valueKeyOf } from './schema'

const ROW_PX = 15
const BOX_PX = 34

export function BarView({ panel: given, runs, isNear, isFull, intents }: PanelViewProps<BarPanel>) {
  const columns = useRunColumns(isNear && !given.value)
  const definitions = useDefinitions(isNear && !given.value)
  const panel = useMemo(() => {
    if (given.value || !columns) return given
    const { metric } = usefulKeys(columns, definitions)
    const best = goalOf(metric, definitions).goal === 'minimize' ? 'min' : 'max'
    return metric ? { ...given, value: metricKey(metric, best) } : given
  }, [given, columns, definitions])
  const { group } = panel
  const key = valueKeyOf(panel)
  const keys = useMemo(() => (key === '' ? [] : [...new Set([key, ...(group ?? [])])]), [key, group])
  const { values, status, error, retry } = useRunValues(keys, { isOn: isNear && keys.length > 0 })
  const styles = useMemo(
    () => new Map(runs.map(run => [run.id, run.style?.colour ?? runStyle(run.ordinal).colour])),
    [runs],
  )
  const prepared = useMemo(
    () =>
      values && keys.length > 0
        ? prepareBars(values, panel, (run, ordinal) => styles.get(run) ?? runStyle(ordinal).colour)
        : null,
    [values, keys, panel, styles],
  )
  const title = barTitle(panel)
  const make = useCallback((host: HTMLElement, options: PictureOptions) => new BarChart(host, options), [])
  const isEmpty = prepared !== null && prepared.model.items.length === 0
  const state: PanelState =
    keys.length === 0
      ? columns
        ? { status: 'empty', empty: <Unset intents={intents}>No metric is chosen</Unset> }
        : { status: 'waiting' }
      : isEmpty
        ? { status: 'empty', empty: `No run of the list has a number for ${keyTitle(key)}` }
        : { status, error, onRetry: retry }
  const { onChange } = intents
  const count = prepared?.model.items.length ?? 0
  const isLying = !panel.is_vertical
  return (
    <PictureFrame<BarModel>
      {...{ panel, title, isNear, isFull, intents, make, state }}
      className="bar-panel"
      pills={pillsOf(values, prepared, panel)}
      model={prepared?.model ?? null}
      summary={summaryOf(title, prepared)}
      keysHelp="Arrows walk from bar to bar. O opens the run."
      table={() => tableOf(prepared, panel)}
      {...(isLying ? { minHeightPx: count * (panel.draw === 'bar' || !panel.draw ? ROW_PX : BOX_PX) + 30 } : {})}
      menu={
        <>
          <MenuChoice
            value={panel.draw ?? 'bar'}
            options={[
              { value: 'bar', label: 'Bars' },
              { value: 'box', label: 'Boxes' },
              { value: 'violin', label: 'Violins' },
            ]}
            onChange={draw => onChange({ draw: draw === 'bar' ? undefined : draw })}
          />
          <MenuItem
            icon={panel.is_vertical ? 'check' : 'chart'}
            onSelect={() => onChange({ is_vertical: panel.is_vertical ? undefined : true })}
          >
            Upright
          </MenuItem>
        </>
      }
    />
  )
}

function pillsOf(values: RunValues | null, prepared: PreparedBars | null, panel: BarPanel): Pill[] {
  if (!values || !prepared) return []
  const { model, total, leftOut, runCount } = prepared
  const pills: Pill[] = []
  const what = model.items[0]?.run ? 'runs' : 'groups'
  const by = panel.order === 'name' ? 'name' : panel.order === 'runs' ? 'the list’s order' : 'value'
  if (total > model.items.length)
    pills.push({
      text: `${formatCount(model.items.length)} of ${formatCount(total)} by ${by}`,
      hint: `The first ${what} by ${by}; the settings say how many.`,
    })
  else pills.push({ text: plural(runCount, 'run'), hint: 'Runs of the list that have the value.' })
  if (values.total > values.count)
    pills.push({
      text: `of ${formatCount(values.total)}`,
      hint: 'The first ones in the order of the list.',
      isWarning: true,
    })
  if (model.errorTitle && model.draw === 'bar')
    pills.push({ text: model.errorTitle, hint: 'What bar and whisker of a group are.' })
  if (model.axis.kind === 'log') pills.push({ text: 'log', hint: 'A logarithmic axis has no zero to start from.' })
  if (leftOut > 0) pills.push({ text: `${formatCount(leftOut)} without`, hint: 'Runs without a finite value of it.' })
  return pills
}

function summaryOf(title: string, prepared: PreparedBars | null): string {
  if (!prepared) return title
  const { items, draw } = prepared.model
  const [first] = items
  const last = items.at(-1)
  if (!first || !last) return `${title}, nothing drawn`
  const what = first.run ? 'runs' : draw === 'bar' ? 'groups' : draw === 'box' ? 'boxes' : 'violins'
  const value = (item: typeof first): string => formatValue(draw === 'bar' ? item.value : item.summary.median)
  const said =
    items.length > 1
      ? `, from ${first.label} ${value(first)} to ${last.label} ${value(last)}`
      : `, ${first.label} ${value(first)}`
  return `${title}, ${items.length} ${what} of ${formatCount(prepared.total)}${said}`
}

function tableOf(prepared: PreparedBars | null, panel: BarPanel): Table {
  const name = panel.group?.length ? panel.group.map(keyTitle).join(', ') : 'Run'
  const items = prepared?.model.items ?? []
  if (items[0]?.run) {
    return {
      columns: [{ name }, { name: prepared?.model.valueTitle ?? 'Value', isNumber: true }],
      rows: items.map(item => [item.label, item.value]),
    }
  }
  const numbers = ['Runs', 'Mean', 'Std', 'Lowest', 'Lower quartile', 'Median', 'Upper quartile', 'Highest']
  return {
    columns: [{ name }, ...numbers.map(name => ({ name, isNumber: true }))],
    rows: items.map(({ label, summary: s }) => {
      const std = Number.isNaN(s.std) ? null : s.std
      return [label, s.n, s.mean, std, s.min, s.q1, s.median, s.q3, s.max]
    }),
  }
}
