/** Logged media of the drawn runs: a row for each run, a step slider that all such panels of the page share, a look at one of them. */

import { useCallback, useDeferredValue, useMemo, useState } from 'react'
import { formatCount } from '../../charts/number'
import { MenuCheck, MenuChoice } from '../../ui/Menu'
import { useRunColumns } from '../columns'
import type { DrawnRun } from '../context'
import type { Table } from '../files'
import { MEDIA_KEYS } from '../../data/media'
import { Instead, PanelFrame, type PanelState, type Pill, Unset } from '../frame'
import type { PanelViewProps } from '../registry'
import type { MediaPanel, Overlays } from '../schema'
import { layersOf } from './classes'
import { allSteps, type Cell, cellsAt, stepAt } from './layout'
import { Lightbox } from './Lightbox'
import { MediaGrid } from './MediaGrid'
import { OverlayButton } from './OverlayButton'
import { mediaKeys, mediaTitle, NO_OVERLAYS, RUNS_MOST, shownKeys, strided } from './schema'
import { StepBar } from './StepBar'
import { useSettled, useStep } from './steps'
import { useMediaAt } from './useMedia'
import { type ImageValue, MEDIA_NAMES } from './values'
import './media.css'

const SETTLED_MS = 60

export function MediaView({ panel, runs, isNear, isFull, intents }: PanelViewProps<MediaPanel>) {
  const {
    columns: by = 'key',
    is_synced: isSynced = true,
    stride = 1,
    runs_most: runsMost = RUNS_MOST,
    list_most: listMost = 0,
    overlays = NO_OVERLAYS,
  } = panel
  const columns = useRunColumns(isNear && (panel.pattern !== undefined || (panel.keys?.length ?? 0) === 0))
  const known = useMemo(() => mediaKeys(columns ?? []).map(({ key }) => key), [columns])
  const { keys, leftOutCount, fault } = useMemo(() => shownKeys(panel, known), [panel, known])
  const asked = useMemo(() => runs.slice(0, MEDIA_KEYS).map(run => run.id), [runs])
  const { step, show } = useStep(panel.step, isSynced)
  const settled = useSettled(step, SETTLED_MS)
  const [snapped, setSnapped] = useState<number | null>(settled)
  const found = useMediaAt(asked, keys, by === 'step' ? null : snapped, isNear)
  const { series } = found
  // Runs that logged none of it take no room.
  const having = useMemo(() => new Set(series.flatMap(one => (one.steps.length > 0 ? [one.run] : []))), [series])
  const withMedia = useMemo(() => runs.filter(run => having.has(run.id)), [runs, having])
  const shownRuns = useMemo(() => withMedia.slice(0, runsMost), [withMedia, runsMost])
  const ids = useMemo(() => shownRuns.map(run => run.id), [shownRuns])
  const steps = useMemo(() => allSteps(series), [series])
  // Between two steps nothing changes: what is asked is the step that is shown, so that answers are kept and found again.
  const wanted = settled === null || steps.length === 0 ? settled : (stepAt(steps, settled) ?? settled)
  if (wanted !== snapped) setSnapped(wanted)
  const columnsShown = useMemo(() => strided(steps, stride), [steps, stride])
  const cells = useMemo(
    () => (by === 'step' ? [] : ids.map(run => ({ run, cells: cut(cellsAt(series, run, keys, snapped), listMost) }))),
    [by, ids, series, keys, snapped, listMost],
  )
  const shownCells = useDeferredValue(cells)
  const images = useMemo(
    () =>
      series.flatMap(one =>
        one.items.flatMap(item => item.values.filter((value): value is ImageValue => value.type === 'image')),
      ),
    [series],
  )
  const layers = useMemo(() => layersOf(images), [images])
  const [opened, setOpened] = useState<Cell | null>(null)
  const close = useCallback(() => setOpened(null), [])
  const { onChange, onStep } = intents
  const setOverlays = useCallback(
    (next: Overlays, options?: { replace?: boolean }) =>
      onChange({ overlays: Object.keys(next).length > 0 ? next : undefined }, options),
    [onChange],
  )
  const setStep = (next: number | null): void => {
    show(next)
    if (isSynced) onStep(next)
    else onChange({ step: next ?? undefined }, { replace: true })
  }
  const title = mediaTitle(panel.keys || panel.pattern || keys.length === 0 ? panel : { ...panel, keys })
  const hasAny = series.some(one => one.steps.length > 0)
  const state = stateOf(panel, keys, fault, columns !== undefined, asked.length, hasAny, found)
  const isReady = state.status === 'ready'
  return (
    <PanelFrame
      {...{ panel, title, isNear, isFull, intents }}
      className="media-panel"
      pills={isReady ? pillsOf(panel, runs.length, shownRuns.length, snapped, leftOutCount, stride) : []}
      table={() => tableOf(series, shownRuns)}
      summary={`${title}, ${shownRuns.length} runs`}
      tools={
        layers.length > 0 && (
          <OverlayButton layers={layers} images={images} overlays={overlays} onChange={setOverlays} />
        )
      }
      menu={
        <>
          <MenuChoice
            value={by}
            options={[
              { value: 'key', label: 'All of one step' },
              { value: 'step', label: 'A column for each step' },
            ]}
            onChange={next => onChange({ columns: next === 'key' ? undefined : next })}
          />
          <MenuCheck isChecked={isSynced} onChange={on => onChange({ is_synced: on ? undefined : false })}>
            Follow the page’s step
          </MenuCheck>
          <MenuCheck
            isChecked={panel.is_pixelated ?? false}
            onChange={on => onChange({ is_pixelated: on || undefined })}
          >
            Sharp pixels
          </MenuCheck>
        </>
      }
    >
      <div className="media-place">
        {isReady && (
          <MediaGrid
            panel={panel}
            title={title}
            groups={shownCells}
            series={series}
            runs={shownRuns}
            keys={keys}
            steps={columnsShown}
            step={snapped}
            isFull={isFull}
            isNear={isNear}
            onOpen={setOpened}
          />
        )}
        {!isReady && (
          <Instead
            what={title}
            state={
              state.status === 'unset'
                ? { status: 'empty', empty: <Unset intents={intents}>{state.why}</Unset> }
                : { ...state, onRetry: found.retry }
            }
          />
        )}
      </div>
      {isReady && by === 'key' && steps.length > 1 && (
        <StepBar
          steps={steps}
          step={step}
          isSynced={isSynced}
          isWaiting={found.isStale || wanted !== settled}
          onShow={show}
          onStep={setStep}
        />
      )}
      {opened && (
        <Lightbox
          opened={opened}
          groups={by === 'step' ? null : cells}
          series={series}
          runs={withMedia}
          steps={steps}
          overlays={overlays}
          isPixelated={panel.is_pixelated ?? false}
          layers={layers}
          images={images}
          onOverlays={setOverlays}
          onStep={setStep}
          onOpen={setOpened}
          onOpenRun={intents.onOpenRun}
          onClose={close}
        />
      )}
    </PanelFrame>
  )
}

/** The way to the settings and back stays on an empty panel too. */
type State = PanelState | { status: 'unset'; why: string }

function stateOf(
  panel: MediaPanel,
  keys: readonly string[],
  fault: string,
  isKnown: boolean,
  runCount: number,
  hasAny: boolean,
  found: { isWaiting: boolean; error: unknown },
): State {
  if (fault) return { status: 'unset', why: `The pattern does not read: ${fault}` }
  if (keys.length === 0) {
    if (!isKnown) return { status: 'waiting' }
    return { status: 'unset', why: panel.pattern ? 'No key matches the pattern' : 'No media are chosen' }
  }
  if (hasAny) return { status: 'ready' }
  if (runCount === 0) return { status: 'empty', empty: 'No run is drawn: show some in the run list' }
  if (found.error) return { status: 'failed', error: found.error }
  return found.isWaiting
    ? { status: 'waiting' }
    : { status: 'empty', empty: `No drawn run has logged ${keys.join(', ')}` }
}

function cut(cells: Cell[], most: number): Cell[] {
  return most > 0 ? cells.filter(cell => cell.index < most) : cells
}

function pillsOf(
  panel: MediaPanel,
  drawnCount: number,
  shownCount: number,
  step: number | null,
  leftOutCount: number,
  stride: number,
): Pill[] {
  const pills: Pill[] = []
  if (panel.columns !== 'step' && step !== null)
    pills.push({ text: `step ${formatCount(step)}`, hint: 'Each run’s newest up to this step.' })
  if (panel.columns === 'step' && stride > 1)
    pills.push({ text: `every ${stride}th step`, hint: 'Others are left out; the newest is always shown.' })
  if (shownCount < drawnCount)
    pills.push({
      text: `${shownCount} of ${formatCount(drawnCount)} runs`,
      hint: 'Of the drawn runs those that logged it, as many as the settings say, among the first hundred.',
    })
  if (leftOutCount > 0)
    pills.push({
      text: `${leftOutCount} keys left out`,
      hint: 'A panel shows 24 keys; make the pattern narrower.',
      isWarning: true,
    })
  if ((panel.list_most ?? 0) > 0)
    pills.push({ text: `first ${panel.list_most}`, hint: 'Of each list; the settings say how many.' })
  return pills
}

function tableOf(series: ReturnType<typeof useMediaAt>['series'], runs: readonly DrawnRun[]): Table {
  const names = new Map(runs.map(run => [run.id, run.name]))
  return {
    columns: [
      { name: 'Run' },
      { name: 'Key' },
      { name: 'Step', isNumber: true },
      { name: 'Place', isNumber: true },
      { name: 'Kind' },
      { name: 'Caption' },
      { name: 'File' },
    ],
    rows: series.flatMap(one =>
      one.items.flatMap(item =>
        item.values.map((value, i) => [
          names.get(one.run) ?? one.run,
          one.key,
          item.step,
          i,
          MEDIA_NAMES[value.type],
          value.caption || (value.type === 'text' ? value.text.slice(0, 200) : ''),
          value.file.path,
        ]),
      ),
    ),
  }
}
