/** Clouds, meshes, scenes and molecules of runs in space, looked at from one place together. */

import { useEffect, useMemo, useState } from 'react'
import { formatCount } from '../../charts/number'
import { runStyle } from '../../charts/palette'
import { MEDIA_KEYS } from '../../data/media'
import { IconButton } from '../../ui/Button'
import { Checkbox, Slider } from '../../ui/controls'
import { MenuCheck, MenuChoice } from '../../ui/Menu'
import { Popover } from '../../ui/Popover'
import { useRunColumns } from '../columns'
import type { DrawnRun } from '../context'
import { Instead, PanelFrame, type PanelState, type Pill, Unset } from '../frame'
import { allSteps, cellsAt, stepAt } from '../media/layout'
import { mediaTypeOf, SPATIAL } from '../media/schema'
import { CameraStrip } from '../media/space/CameraStrip'
import { countsOf } from '../media/space/boxes'
import { useFrames } from '../media/space/frames'
import { type SpaceLook, SpaceView } from '../media/space/SpaceView'
import type { CameraPlace } from '../media/space/stage'
import { Timeline } from '../media/space/Timeline'
import { StepBar } from '../media/StepBar'
import { useSettled, useStep } from '../media/steps'
import { useMediaAt } from '../media/useMedia'
import type { Box3D, MediaValue, MoleculeValue, Object3DValue, SceneFrame, SceneValue } from '../media/values'
import type { PanelViewProps } from '../registry'
import type { ScenePanel } from '../schema'
import { POINT_SIZE, SCENE_RUNS_MOST, sceneTitle } from './schema'
import '../media/media.css'
import './scene.css'

type Spatial = Object3DValue | MoleculeValue | SceneValue

const isSpatial = (value: MediaValue): value is Spatial => SPATIAL.has(value.type)

export function SceneView({ panel: given, runs, isNear, isFull, intents }: PanelViewProps<ScenePanel>) {
  const columns = useRunColumns(isNear && !given.key)
  const panel = useMemo(() => {
    const first = given.key
      ? undefined
      : columns?.find(column => {
          const type = mediaTypeOf(column)
          return type !== null && SPATIAL.has(type)
        })?.key
    return first ? { ...given, key: first } : given
  }, [given, columns])
  const { key = '', is_synced: isSynced = true, runs_most: runsMost = SCENE_RUNS_MOST } = panel
  const keys = useMemo(() => (key === '' ? [] : [key]), [key])
  const asked = useMemo(() => runs.slice(0, MEDIA_KEYS).map(run => run.id), [runs])
  const { step, show } = useStep(panel.step, isSynced)
  const settled = useSettled(step, 60)
  const [snapped, setSnapped] = useState<number | null>(settled)
  const found = useMediaAt(asked, keys, snapped, isNear)
  const { series } = found
  const steps = useMemo(() => allSteps(series), [series])
  const wanted = settled === null || steps.length === 0 ? settled : (stepAt(steps, settled) ?? settled)
  if (wanted !== snapped) setSnapped(wanted)
  const shown = useMemo(
    () =>
      runs
        .flatMap(run => {
          const value = cellsAt(series, run.id, keys, snapped)[0]?.value
          return value && isSpatial(value) ? [{ run, value }] : []
        })
        .slice(0, runsMost),
    [runs, series, keys, snapped, runsMost],
  )
  const { onChange, onStep } = intents
  const title = sceneTitle(panel)
  const setStep = (next: number | null): void => {
    show(next)
    if (isSynced) onStep(next)
    else onChange({ step: next ?? undefined }, { replace: true })
  }
  const state: PanelState | 'unset' =
    key === ''
      ? columns
        ? 'unset'
        : { status: 'waiting' }
      : shown.length > 0
        ? { status: 'ready' }
        : found.error
          ? { status: 'failed', error: found.error, onRetry: found.retry }
          : found.isWaiting
            ? { status: 'waiting' }
            : { status: 'empty', empty: `No drawn run has logged ${key} up to this step` }
  return (
    <PanelFrame
      {...{ panel, title, isNear, isFull, intents }}
      className="media-panel scene-panel"
      pills={pillsOf(panel, runs.length, shown.length, snapped)}
      summary={`${title}, ${shown.length} runs`}
      tools={shown.length > 0 && <BoxButton panel={panel} values={shown.map(one => one.value)} onChange={onChange} />}
      menu={
        <>
          <MenuChoice
            value={panel.colour ?? 'own'}
            options={[
              { value: 'own', label: 'Their own colours' },
              { value: 'height', label: 'Coloured by height' },
              { value: 'distance', label: 'Coloured by distance' },
            ]}
            onChange={colour => onChange({ colour: colour === 'own' ? undefined : colour })}
          />
          <MenuCheck
            isChecked={panel.is_wireframe ?? false}
            onChange={on => onChange({ is_wireframe: on || undefined })}
          >
            Wireframe, or the backbone
          </MenuCheck>
          <MenuCheck isChecked={panel.has_axes ?? true} onChange={on => onChange({ has_axes: on ? undefined : false })}>
            Axes
          </MenuCheck>
          <MenuCheck
            isChecked={panel.is_camera_synced ?? true}
            onChange={on => onChange({ is_camera_synced: on ? undefined : false })}
          >
            One camera for all runs
          </MenuCheck>
          <MenuCheck isChecked={isSynced} onChange={on => onChange({ is_synced: on ? undefined : false })}>
            Follow the page’s step
          </MenuCheck>
        </>
      }
    >
      {state !== 'unset' && state.status === 'ready' && isNear ? (
        <Stages {...{ panel, shown, title, onChange }} />
      ) : (
        <div className="media-place">
          <Instead
            what={title}
            state={
              state === 'unset'
                ? { status: 'empty', empty: <Unset intents={intents}>No object is chosen</Unset> }
                : state
            }
          />
        </div>
      )}
      {steps.length > 1 && (
        <StepBar
          {...{ steps, step, isSynced }}
          isWaiting={found.isStale || wanted !== settled}
          onShow={show}
          onStep={setStep}
        />
      )}
    </PanelFrame>
  )
}

function Stages({
  panel,
  shown,
  title,
  onChange,
}: {
  panel: ScenePanel
  shown: readonly { run: DrawnRun; value: Spatial }[]
  title: string
  onChange: (fields: Record<string, unknown>, options?: { replace?: boolean }) => void
}) {
  const { is_camera_synced: isTogether = true } = panel
  const [time, setTime] = useState<number | null>(panel.time ?? null)
  const said = cameraOf(panel.camera)
  // While it is turned; what the panel says afterwards is the same.
  const [turn, setTurn] = useState<{ place: CameraPlace; by: string; over: readonly string[] } | null>(null)
  const saidText = String(panel.camera ?? '')
  // Undo, or another's word: what was turned here before means nothing any more.
  const turned = turn && turn.over.includes(saidText) ? turn : null
  const look = useMemo(
    (): SpaceLook => ({
      pointSize: panel.point_size ?? POINT_SIZE,
      colour: panel.colour ?? 'own',
      isWireframe: panel.is_wireframe ?? false,
      hasAxes: panel.has_axes ?? true,
      hidden: panel.hidden ?? [],
      score: panel.score ?? null,
    }),
    [panel],
  )
  const first = shown.find(one => one.value.type === 'scene')
  const sequence = useFrames((first ?? shown[0])?.value as MediaValue, time)
  const commit = (place: CameraPlace): void => onChange({ camera: place.map(rounded) }, { replace: true })
  return (
    <>
      <div className="scene-stages" style={{ '--across': Math.ceil(Math.sqrt(shown.length)) } as React.CSSProperties}>
        {shown.map(({ run, value }) => (
          <OneStage
            key={run.id}
            {...{ run, value, title, look, time }}
            isAlone={shown.length === 1}
            camera={isTogether && turned ? turned.place : said}
            isHeld={isTogether && turned?.by === run.id}
            onCamera={(place, isDone) => {
              if (isTogether) setTurn({ place, by: run.id, over: [saidText, String(place.map(rounded))] })
              if (isDone) commit(place)
            }}
          />
        ))}
      </div>
      {sequence.frames.length > 1 && (
        <Timeline
          frames={sequence.frames}
          time={time}
          onTime={(next, isDone) => {
            setTime(next)
            if (isDone) onChange({ time: next }, { replace: true })
          }}
        />
      )}
    </>
  )
}

function OneStage({
  run,
  value,
  title,
  look,
  time,
  isAlone,
  camera,
  isHeld,
  onCamera,
}: {
  run: DrawnRun
  value: Spatial
  title: string
  look: SpaceLook
  time: number | null
  isAlone: boolean
  camera: CameraPlace | null
  /** It is the one that is turned: nobody moves its camera. */
  isHeld: boolean
  onCamera: (place: CameraPlace, isDone: boolean) => void
}) {
  const [place, setPlace] = useState<HTMLElement | null>(null)
  const size = useSize(place)
  const { frame } = useFrames(value, time)
  const [kept, setKept] = useState<CameraPlace | null>(camera)
  // What is turned here is not turned again by its own words.
  if (!isHeld && camera !== kept) setKept(camera)
  const strip = frame && frame.cameras.length > 0 ? 112 : 0
  return (
    <figure>
      {!isAlone && (
        <figcaption className="cut">
          <i className="run-sq" style={{ background: `var(${run.style?.colour ?? runStyle(run.ordinal).colour})` }} />{' '}
          {run.name}
        </figcaption>
      )}
      <div className="scene-place" ref={setPlace}>
        {size.width > 0 && (
          <SpaceView
            {...{ value, frame, look, onCamera }}
            name={`${title}, ${run.name}`}
            width={size.width}
            height={Math.max(60, size.height - strip)}
            camera={kept}
          />
        )}
        {strip > 0 && frame && <CameraStrip frame={frame} filter={look} />}
      </div>
    </figure>
  )
}

function BoxButton({
  panel,
  values,
  onChange,
}: {
  panel: ScenePanel
  values: readonly Spatial[]
  onChange: (fields: Record<string, unknown>, options?: { replace?: boolean }) => void
}) {
  const boxes = useMemo(
    () =>
      values.flatMap((value): readonly Box3D[] =>
        value.type === 'object3D'
          ? value.boxes
          : value.type === 'scene'
            ? value.frames.flatMap((frame: SceneFrame) => frame.boxes)
            : [],
      ),
    [values],
  )
  const { labels, layers, scores } = useMemo(() => countsOf(boxes), [boxes])
  const hidden = panel.hidden ?? []
  const toggle = (name: string): void => {
    const next = hidden.includes(name) ? hidden.filter(one => one !== name) : [...hidden, name]
    onChange({ hidden: next.length > 0 ? next : undefined })
  }
  return (
    <Popover
      align="end"
      label="Points and boxes"
      className="overlay-pop"
      trigger={<IconButton small icon="layers" label="Points and boxes" />}
    >
      <div className="overlay-fields">
        <div className="row">
          <span>Size of points</span>
          <Slider
            label="Size of points"
            value={panel.point_size ?? POINT_SIZE}
            min={0.5}
            max={10}
            step={0.5}
            onChange={size => onChange({ point_size: size === POINT_SIZE ? undefined : size }, { replace: true })}
          />
        </div>
        {scores && (
          <div className="row">
            <span>score ≥ {(panel.score ?? scores[0]).toFixed(2)}</span>
            <Slider
              label="Lowest score"
              value={panel.score ?? scores[0]}
              min={scores[0]}
              max={scores[1] > scores[0] ? scores[1] : scores[0] + 1}
              step={(scores[1] - scores[0] || 1) / 100}
              onChange={score => onChange({ score: score <= scores[0] ? undefined : score }, { replace: true })}
            />
          </div>
        )}
        {[
          { of: 'layer', title: 'Layers', all: layers },
          { of: 'label', title: 'Labels', all: labels },
        ].map(
          ({ of, title, all }) =>
            all.length > 0 && (
              <fieldset key={of}>
                <legend>
                  <b>{title}</b>
                </legend>
                {all.map(({ name, count }) => (
                  <div key={name} className="overlay-class">
                    <Checkbox
                      label={`${of} ${name}`}
                      value={!hidden.includes(`${of}:${name}`)}
                      onChange={() => toggle(`${of}:${name}`)}
                    />
                    <span className="cut">{name}</span>
                    <span className="t3 num">{formatCount(count)}</span>
                  </div>
                ))}
              </fieldset>
            ),
        )}
      </div>
    </Popover>
  )
}

function useSize(element: HTMLElement | null): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 })
  useEffect(() => {
    if (!element) return
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setSize({ width: Math.floor(entry.contentRect.width), height: Math.floor(entry.contentRect.height) })
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [element])
  return size
}

const rounded = (value: number): number => Number(value.toPrecision(6))

const cameraOf = (camera: readonly number[] | undefined): CameraPlace | null =>
  camera?.length === 6 && camera.every(Number.isFinite) ? (camera as unknown as CameraPlace) : null

function pillsOf(panel: ScenePanel, drawnCount: number, shownCount: number, step: number | null): Pill[] {
  const pills: Pill[] = []
  if (step !== null) pills.push({ text: `step ${formatCount(step)}`, hint: 'Each run’s newest up to this step.' })
  if (shownCount > 0 && shownCount < drawnCount)
    pills.push({
      text: `${shownCount} of ${formatCount(drawnCount)} runs`,
      hint: 'Of the drawn runs those that logged it, as many as the settings say.',
    })
  if (panel.score !== undefined)
    pills.push({ text: `score ≥ ${panel.score.toFixed(2)}`, hint: 'Boxes with a lower score are not drawn.' })
  if (panel.colour && panel.colour !== 'own')
    pills.push({ text: `by ${panel.colour}`, hint: 'What colours of points stand for.' })
  return pills
}
