/** Histograms over steps: one run's as a heat map or ridges, or those of the drawn runs at one step. */

import { useQueries, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { HistogramChart, type HistogramModel, type HistogramRun, sliceAt, type Slice } from '../../charts/histogram'
import { formatCount } from '../../charts/number'
import { runStyle } from '../../charts/palette'
import type { PictureOptions } from '../../charts/picture'
import { liveHub } from '../../data/live/browser'
import { Slider } from '../../ui/controls'
import { Select } from '../../ui/form'
import { MenuCheck, MenuChoice } from '../../ui/Menu'
import { useRunColumns } from '../columns'
import { usePanelServices } from '../context'
import type { Table } from '../files'
import { type PanelState, type Pill, PictureFrame, Unset } from '../frame'
import type { PanelViewProps } from '../registry'
import type { HistogramPanel } from '../schema'
import { readHistograms, STEPS_MAX } from './read'
import { histogramTitle } from './schema'

const RUNS_MAX = 12
const REFRESH_MS = 5000

export function HistogramView({ panel: given, runs, isNear, isFull, intents }: PanelViewProps<HistogramPanel>) {
  const { api: project, entity, project: name } = usePanelServices()
  const client = useQueryClient()
  const columns = useRunColumns(isNear && !given.metric)
  const panel = useMemo(() => {
    const first = given.metric ? undefined : columns?.find(column => column.kinds.includes('histogram'))?.key
    return first ? { ...given, metric: first } : given
  }, [given, columns])
  const { metric = '', draw = 'heatmap', scale = 'count' } = panel
  const asked = useMemo(() => runs.slice(0, RUNS_MAX), [runs])
  const found = useQueries({
    queries: asked.map(run => ({
      queryKey: ['histograms', project.path, run.id, metric],
      queryFn: ({ signal }: { signal: AbortSignal }) => readHistograms(project, run.id, metric, signal),
      enabled: isNear && metric !== '',
      staleTime: 10_000,
      structuralSharing: false as const,
    })),
    combine: results => ({
      data: results.map(result => result.data),
      error: results.find(result => result.error)?.error ?? null,
      isWaiting: results.some(result => result.isPending),
    }),
  })

  useEffect(() => {
    if (!isNear || metric === '') return
    let timer: ReturnType<typeof setTimeout> | undefined
    const changed = new Set<string>()
    const stop = liveHub().watch(
      `${entity}/${name}`,
      hint => {
        if (hint.kind !== 'series' || !hint.run) return
        changed.add(hint.run)
        timer ??= setTimeout(() => {
          timer = undefined
          for (const run of changed)
            void client.invalidateQueries({ queryKey: ['histograms', project.path, run, metric] })
          changed.clear()
        }, REFRESH_MS)
      },
      () => void client.invalidateQueries({ queryKey: ['histograms', project.path] }),
    )
    return () => {
      clearTimeout(timer)
      stop()
    }
  }, [client, entity, name, project, isNear, metric])

  const withData = useMemo(
    () =>
      asked.flatMap((run, i): HistogramRun[] => {
        const slices = found.data[i]
        const token = run.style?.colour ?? runStyle(run.ordinal).colour
        return slices && slices.length > 0 ? [{ run: run.id, name: run.name, token, slices }] : []
      }),
    // A new array of the same answers is no change.
    // oxlint-disable-next-line react/exhaustive-deps
    [asked, ...found.data],
  )
  const [chosen, setChosen] = useState('')
  const one = withData.find(run => run.run === chosen) ?? withData[0]
  const steps = useMemo(() => stepsOf(withData), [withData])
  const last = steps.at(-1) ?? 0
  const step = panel.step ?? last
  const model = useMemo((): HistogramModel | null => {
    if (!one) return null
    return { draw, scale, valueTitle: metric, runs: draw === 'overlay' ? withData : [one], step }
  }, [draw, scale, metric, withData, one, step])
  const title = histogramTitle(panel)
  const make = useCallback((host: HTMLElement, options: PictureOptions) => new HistogramChart(host, options), [])
  const state = stateOf(metric, columns !== undefined, withData.length, found, asked.length)
  const { onChange } = intents
  return (
    <PictureFrame<HistogramModel>
      {...{ panel, title, isNear, isFull, intents, make, model }}
      className="histogram-panel"
      state={
        state === 'unset'
          ? { status: 'empty', empty: <Unset intents={intents}>No histogram is chosen</Unset> }
          : {
              ...state,
              onRetry: () => void client.invalidateQueries({ queryKey: ['histograms', project.path] }),
            }
      }
      pills={pillsOf(model, one, runs.length, withData.length, scale)}
      summary={summaryOf(title, model)}
      keysHelp={draw === 'overlay' ? 'Arrows walk from run to run.' : 'Arrows walk from step to step.'}
      table={() => tableOf(model)}
      menu={
        <>
          <MenuChoice
            value={draw}
            options={[
              { value: 'heatmap', label: 'Heat map over steps' },
              { value: 'ridge', label: 'Ridges' },
              { value: 'overlay', label: 'Runs at one step' },
            ]}
            onChange={draw => onChange({ draw: draw === 'heatmap' ? undefined : draw })}
          />
          <MenuCheck isChecked={scale === 'log'} onChange={on => onChange({ scale: on ? 'log' : undefined })}>
            Logarithmic counts
          </MenuCheck>
        </>
      }
      {...(draw === 'overlay' && steps.length > 1
        ? {
            foot: (
              <>
                <span>Step</span>
                <Slider
                  label="Step"
                  value={nearest(steps, step)}
                  max={steps.length - 1}
                  step={1}
                  onChange={at =>
                    onChange({ step: at === steps.length - 1 ? undefined : steps[at] }, { replace: true })
                  }
                />
                <b className="num">{formatCount(step)}</b>
              </>
            ),
          }
        : withData.length > 1 && one
          ? {
              foot: (
                <Select
                  label="Run"
                  value={one.run}
                  options={withData.map(run => ({ value: run.run, label: run.name }))}
                  onChange={setChosen}
                />
              ),
            }
          : {})}
    />
  )
}

function stateOf(
  metric: string,
  isKnown: boolean,
  foundCount: number,
  { error, isWaiting }: { error: unknown; isWaiting: boolean },
  askedCount: number,
): PanelState | 'unset' {
  if (metric === '') return isKnown ? 'unset' : { status: 'waiting' }
  if (foundCount > 0) return { status: 'ready' }
  if (askedCount === 0) return { status: 'empty', empty: 'No run is drawn: show some in the run list' }
  if (error) return { status: 'failed', error }
  return isWaiting ? { status: 'waiting' } : { status: 'empty', empty: `No drawn run has a histogram ${metric}` }
}

function stepsOf(runs: readonly HistogramRun[]): number[] {
  const steps = new Set<number>()
  for (const run of runs) for (const slice of run.slices) steps.add(slice.step)
  return [...steps].toSorted((a, b) => a - b)
}

function nearest(steps: readonly number[], step: number): number {
  let at = 0
  while (at + 1 < steps.length && (steps[at + 1] as number) <= step) at++
  return at
}

function pillsOf(
  model: HistogramModel | null,
  one: HistogramRun | undefined,
  drawnCount: number,
  foundCount: number,
  scale: HistogramModel['scale'],
): Pill[] {
  if (!model || !one) return []
  const pills: Pill[] = []
  if (model.draw === 'overlay') {
    pills.push({ text: `step ${formatCount(model.step)}`, hint: 'Each run’s newest histogram up to this step.' })
    if (foundCount < drawnCount)
      pills.push({
        text: `${foundCount} of ${formatCount(drawnCount)} runs`,
        hint: `At most the first ${RUNS_MAX} drawn runs, and those that logged it.`,
      })
  } else {
    pills.push({ text: one.name, hint: 'The run whose histograms these are.' })
    const isMerged = one.slices.length >= STEPS_MAX
    pills.push({
      text: isMerged ? `${formatCount(one.slices.length)} columns` : `${formatCount(one.slices.length)} steps`,
      hint: isMerged ? 'Neighbouring steps are merged; their counts add exactly.' : 'Every logged step.',
    })
  }
  if (scale !== 'count')
    pills.push({ text: scale === 'log' ? 'log counts' : 'density', hint: 'What height and colour stand for.' })
  return pills
}

function summaryOf(title: string, model: HistogramModel | null): string {
  const run = model?.runs[0]
  if (!model || !run) return title
  if (model.draw === 'overlay') return `${title}, ${model.runs.length} runs at step ${formatCount(model.step)}`
  const [first, last] = [run.slices[0] as Slice, run.slices.at(-1) as Slice]
  return `${title}, ${run.name}, ${run.slices.length} histograms from step ${formatCount(first.step)} to ${formatCount(last.step)}`
}

function tableOf(model: HistogramModel | null): Table {
  const columns = [{ name: 'Run' }, ...['Step', 'From', 'To', 'Count'].map(name => ({ name, isNumber: true }))]
  const rows = (model?.runs ?? []).flatMap(run => {
    const slices = model?.draw === 'overlay' ? [sliceAt(run.slices, model.step)] : run.slices
    return slices.flatMap(slice =>
      slice
        ? Array.from(slice.counts, (count, i) => [
            run.name,
            slice.step,
            slice.edges[i] ?? null,
            slice.edges[i + 1] ?? null,
            count,
          ])
        : [],
    )
  })
  return { columns, rows }
}
