/** One medium over the whole screen, its neighbours by the arrow keys, and beside another run's: side by side, wiped, or what differs. */

import { Dialog as Radix } from 'radix-ui'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { formatCount } from '../../charts/number'
import { runStyle } from '../../charts/palette'
import { fileUrl } from '../../data/run'
import { IconButton } from '../../ui/Button'
import { DialogContent } from '../../ui/Dialog'
import { Segmented, Slider, TextInput } from '../../ui/controls'
import { Select } from '../../ui/form'
import { Icon } from '../../ui/icons'
import { DiffView } from '../../ui/diff/DiffView'
import { Kbd } from '../../ui/Kbd'
import type { DrawnRun } from '../context'
import type { Overlays } from '../schema'
import { MediaBody } from './Body'
import type { Layer } from './classes'
import { commonGroups, MaskDifferenceView, PixelDifference } from './Difference'
import { ImageLayers } from './ImageLayers'
import { type Cell, cellsAt, type MediaSeries, stepAt } from './layout'
import { OverlayFields } from './OverlayButton'
import { useText } from './TextMedia'
import { useMediaAt } from './useMedia'
import { type ImageValue, MEDIA_NAMES, type MediaValue, type TextValue, type VideoValue } from './values'
import { type VideoClock, VideoPlayer } from './VideoPlayer'
import { WHOLE, zoomed, ZoomStage, type ZoomView } from './ZoomStage'

type How = 'side' | 'wipe' | 'pixels' | 'masks'

export interface LightboxProps {
  opened: Cell
  /** What the arrows walk; null: the steps of one run and key. */
  groups: readonly { run: string; cells: readonly Cell[] }[] | null
  series: readonly MediaSeries[]
  runs: readonly DrawnRun[]
  steps: readonly number[]
  overlays: Overlays
  isPixelated: boolean
  layers: readonly Layer[]
  images: readonly ImageValue[]
  onOverlays: (next: Overlays, options?: { replace?: boolean }) => void
  onStep: (step: number | null) => void
  onOpen: (cell: Cell) => void
  onOpenRun: (run: string, options?: { isNewTab?: boolean }) => void
  onClose: () => void
}

export function Lightbox(props: LightboxProps) {
  const { opened, groups, series, runs, steps, overlays, isPixelated, layers, images } = props
  const { onOverlays, onStep, onOpen, onOpenRun, onClose } = props
  const [seen, setSeen] = useState<{ view: ZoomView; of: string }>({ view: WHOLE, of: '' })
  const [other, setOther] = useState('')
  const [how, setHow] = useState<How>('side')
  const [wipe, setWipe] = useState(0.5)
  const [find, setFind] = useState('')
  const [clock, setClock] = useState<VideoClock>({ timeS: 0, isPlaying: false, speed: 1 })

  // The step may move while it is open: what is shown is the same place of the same list then.
  const all = useMemo(() => groups?.flatMap(group => group.cells) ?? [], [groups])
  const cell = all.find(one => one.run === opened.run && one.key === opened.key && one.index === opened.index) ?? opened
  const at = all.indexOf(cell)
  // Enlarged is this medium: in another step and another run too, so that the same corner is compared.
  const place = `${cell.key}\n${cell.index}`
  const view = seen.of === place ? seen.view : WHOLE
  const onView = useCallback(
    (change: (before: ZoomView) => ZoomView) =>
      setSeen(before => ({ view: change(before.of === place ? before.view : WHOLE), of: place })),
    [place],
  )
  const ids = useMemo(() => (other ? [cell.run, other] : [cell.run]), [cell.run, other])
  const keys = useMemo(() => [cell.key], [cell.key])
  const beside = useMediaAt(ids, keys, cell.step, other !== '' || groups === null)
  const value = cell.value ?? pick(beside.series, cell.run, cell)
  const second = other ? pick(beside.series, other, cell) : null

  const walk = (by: number): void => {
    if (groups === null) return stepBy(by)
    const next = all[(at + by + all.length) % Math.max(1, all.length)]
    if (next) onOpen(next)
  }
  const runBy = (by: number): void => {
    if (groups === null) return
    const place = groups.findIndex(group => group.run === cell.run)
    for (let i = 1; i <= groups.length; i++) {
      const group = groups[(place + by * i + groups.length * groups.length) % groups.length]
      const next = group?.cells.find(one => one.key === cell.key && one.index === cell.index) ?? group?.cells[0]
      if (next) return onOpen(next)
    }
  }
  const stepBy = (by: number): void => {
    const own = series.find(one => one.run === cell.run && one.key === cell.key)?.steps ?? steps
    const next = own[own.indexOf(stepAt(own, cell.step) ?? -1) + by]
    if (next === undefined) return
    if (groups === null) onOpen({ ...cell, id: `${cell.run}\n${cell.key}\n${next}\n0`, step: next, value: null })
    else onStep(next)
  }
  const acts: Record<string, () => void> = {
    ArrowRight: () => walk(1),
    ArrowLeft: () => walk(-1),
    ArrowDown: () => runBy(1),
    ArrowUp: () => runBy(-1),
    ']': () => stepBy(1),
    '[': () => stepBy(-1),
    m: () => onOverlays(flipped(overlays, 'masks')),
    b: () => onOverlays(flipped(overlays, 'boxes')),
    o: () => onOverlays(overlays.is_outline ? without(overlays, 'is_outline') : { ...overlays, is_outline: true }),
    '+': () => onView(before => zoomed(before, 1.5)),
    '=': () => onView(before => zoomed(before, 1.5)),
    '-': () => onView(before => zoomed(before, 1 / 1.5)),
    '0': () => onView(() => WHOLE),
    d: () => setHow(other ? (HOWS[(HOWS.indexOf(how) + 1) % HOWS.length] as How) : how === 'masks' ? 'side' : 'masks'),
  }
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const target = event.target as HTMLElement
    // Sliders, fields and menus have arrows of their own.
    if (target.closest('input, select, textarea, [role=slider], [role=menu]')) return
    const act = acts[event.key] ?? acts[event.key.toLowerCase()]
    if (!act) return
    event.preventDefault()
    event.stopPropagation()
    act()
  }

  const run = runs.find(one => one.id === cell.run)
  const otherRun = runs.find(one => one.id === other)
  const name = value?.caption || cell.key
  const isImage = value?.type === 'image'
  const hasOverlays = isImage && (value.masks.length > 0 || value.boxes.length > 0)
  return (
    <Radix.Root open onOpenChange={open => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="scrim" />
        <DialogContent
          className="lightbox"
          aria-describedby={undefined}
          onKeyDown={onKeyDown}
          onOpenAutoFocus={event => {
            event.preventDefault()
            ;(event.currentTarget as HTMLElement).focus()
          }}
          tabIndex={-1}
        >
          <header className="lb-h">
            <Radix.Title className="cut" title={name}>
              {name}
            </Radix.Title>
            <span className="t3 cut">
              {cell.count > 1 && `${cell.index + 1} of ${formatCount(cell.count)}, `}
              step {formatCount(cell.step)}
            </span>
            <span className="tools">
              {runs.length > 1 && (
                <span className="lb-with">
                  <span className="t3 desk-only">Compare with</span>
                  <Select
                    label="Compare with"
                    value={other}
                    options={[
                      { value: '', label: 'no other run' },
                      ...runs
                        .filter(one => one.id !== cell.run)
                        .slice(0, 200)
                        .map(one => ({ value: one.id, label: one.name })),
                    ]}
                    onChange={setOther}
                  />
                </span>
              )}
              {other && isImage && (
                <Segmented
                  small
                  label="How they are compared"
                  value={how}
                  options={HOWS.map(one => ({ value: one, label: HOW_NAMES[one] }))}
                  onChange={setHow}
                />
              )}
              {!other && isImage && value.masks.length > 1 && (
                <Segmented
                  small
                  label="Masks"
                  value={how === 'masks' ? 'masks' : 'side'}
                  options={[
                    { value: 'side', label: 'Layers' },
                    { value: 'masks', label: 'Difference' },
                  ]}
                  onChange={setHow}
                />
              )}
              {value?.type === 'text' && (
                <TextInput
                  icon="search"
                  aria-label="Find in the text"
                  placeholder="Find"
                  value={find}
                  onChange={event => setFind(event.target.value)}
                />
              )}
              {value && value.file.url !== '' && (
                <a
                  className="btn ghost icon"
                  href={fileUrl(value.file.url)}
                  download
                  aria-label={`Download ${value.file.path}`}
                  title="Download"
                >
                  <Icon name="download" size={14} />
                </a>
              )}
              <IconButton icon="close" label="Close" keys="escape" onClick={onClose} />
            </span>
          </header>
          <div className={hasOverlays ? 'lb-b has-side' : 'lb-b'}>
            <div className="lb-stage">
              {value === null ? (
                <span className="im-missing">
                  {cell.fault || (beside.isWaiting ? 'Reading…' : 'Nothing was logged here')}
                </span>
              ) : (
                stageOf()
              )}
              {(all.length > 1 || groups === null) && (
                <>
                  <IconButton
                    className="lb-prev"
                    icon="chev-l"
                    label="Previous"
                    keys="arrowleft"
                    onClick={() => walk(-1)}
                  />
                  <IconButton
                    className="lb-next"
                    icon="chev-r"
                    label="Next"
                    keys="arrowright"
                    onClick={() => walk(1)}
                  />
                </>
              )}
            </div>
            {hasOverlays && (
              <aside className="lb-side" aria-label="Masks and boxes">
                <OverlayFields layers={layers} images={images} overlays={overlays} onChange={onOverlays} />
              </aside>
            )}
          </div>
          <footer className="lb-f">
            <button type="button" className="link" onClick={() => onOpenRun(cell.run)}>
              <RunMark run={run} /> {run?.name ?? cell.run}
            </button>
            {otherRun && (
              <>
                <span className="t3">and</span>
                <button type="button" className="link" onClick={() => onOpenRun(other)}>
                  <RunMark run={otherRun} /> {otherRun.name}
                </button>
              </>
            )}
            <span className="t3 desk-only">{value ? MEDIA_NAMES[value.type] : ''}</span>
            {isImage && value.width > 0 && (
              <span className="t3 desk-only num">
                {value.width} × {value.height}
              </span>
            )}
            <span className="keys-hint desk-only">
              <Kbd keys="arrowleft" />
              <Kbd keys="arrowright" /> walk <Kbd keys="arrowup" />
              <Kbd keys="arrowdown" /> run <Kbd keys="[" />
              <Kbd keys="]" /> step {hasOverlays && <Kbd keys="m" />} {hasOverlays && 'masks'}{' '}
              {isImage && <Kbd keys="+" />}
              {isImage && 'zoom'}
            </span>
          </footer>
        </DialogContent>
      </Radix.Portal>
    </Radix.Root>
  )

  function stageOf(): React.ReactNode {
    if (value === null) return null
    const firstName = run?.name ?? cell.run
    const secondName = otherRun?.name ?? other
    if (value.type === 'image') {
      const picture = (image: ImageValue, alt: string) => (width: number, height: number) => (
        <ImageLayers image={image} alt={alt} isWhole hasLabels {...{ overlays, width, height, isPixelated }} />
      )
      if (second?.type !== 'image') {
        const [a, b] = value.masks
        if (how === 'masks' && other === '' && a && b) {
          return (
            <ZoomStage view={view} onView={onView}>
              {(width, height) => (
                <MaskDifferenceView
                  image={value}
                  firstOf={value}
                  secondOf={value}
                  firstGroup={a.group}
                  secondGroup={b.group}
                  names={[a.group, b.group]}
                  {...{ overlays, width, height }}
                />
              )}
            </ZoomStage>
          )
        }
        return (
          <ZoomStage view={view} onView={onView}>
            {picture(value, `${name}, ${firstName}`)}
          </ZoomStage>
        )
      }
      if (how === 'side') {
        return (
          <div className="lb-pair">
            <Titled run={run} name={firstName}>
              <ZoomStage view={view} onView={onView}>
                {picture(value, `${name}, ${firstName}`)}
              </ZoomStage>
            </Titled>
            <Titled run={otherRun} name={secondName}>
              <ZoomStage view={view} onView={onView}>
                {picture(second, `${name}, ${secondName}`)}
              </ZoomStage>
            </Titled>
          </div>
        )
      }
      if (how === 'wipe') {
        return (
          <div className="lb-wipe">
            <ZoomStage view={view} onView={onView}>
              {(width, height) => (
                <>
                  {picture(value, `${name}, ${firstName}`)(width, height)}
                  <div className="lb-over" style={{ clipPath: `inset(0 0 0 ${wipe * 100}%)` }}>
                    {picture(second, `${name}, ${secondName}`)(width, height)}
                  </div>
                </>
              )}
            </ZoomStage>
            <Slider label={`From ${firstName} to ${secondName}`} value={wipe} onChange={setWipe} />
          </div>
        )
      }
      if (how === 'pixels') {
        return (
          <ZoomStage view={view} onView={onView}>
            {(width, height) => <PixelDifference first={value} second={second} {...{ width, height }} />}
          </ZoomStage>
        )
      }
      const [group] = commonGroups(value, second)
      if (group === undefined) return <span className="im-missing">They have no group of masks in common</span>
      return (
        <ZoomStage view={view} onView={onView}>
          {(width, height) => (
            <MaskDifferenceView
              image={value}
              firstOf={value}
              secondOf={second}
              firstGroup={group}
              secondGroup={group}
              names={[firstName, secondName]}
              {...{ overlays, width, height }}
            />
          )}
        </ZoomStage>
      )
    }
    if (value.type === 'video' && second?.type === 'video') {
      return (
        <VideoPair first={value} second={second} names={[firstName, secondName]} clock={clock} onClock={setClock} />
      )
    }
    if (value.type === 'text' && second?.type === 'text')
      return <TextPair first={value} second={second} names={[firstName, secondName]} />
    const large = (shown: MediaValue, label: string): React.ReactNode => (
      <Sized>
        {(width, height) => (
          <MediaBody
            value={shown}
            name={`${name}, ${label}`}
            isLarge
            {...{ width, height, overlays, find, isPixelated }}
          />
        )}
      </Sized>
    )
    if (!second) return large(value, firstName)
    return (
      <div className="lb-pair">
        <Titled run={run} name={firstName}>
          {large(value, firstName)}
        </Titled>
        <Titled run={otherRun} name={secondName}>
          {large(second, secondName)}
        </Titled>
      </div>
    )
  }
}

const HOWS: readonly How[] = ['side', 'wipe', 'pixels', 'masks']
const HOW_NAMES: Record<How, string> = { side: 'Side by side', wipe: 'Wipe', pixels: 'Pixels', masks: 'Masks' }

function flipped(overlays: Overlays, name: 'masks' | 'boxes'): Overlays {
  return overlays[name] === false ? without(overlays, name) : { ...overlays, [name]: false }
}

function without(overlays: Overlays, name: keyof Overlays): Overlays {
  const { [name]: _, ...rest } = overlays
  return rest
}

/** The same place of the same list in another run, or the last one of a shorter list. */
function pick(series: readonly MediaSeries[], run: string, { key, step, index }: Cell): MediaValue | null {
  const cells = cellsAt(series, run, [key], step)
  return (cells[index] ?? cells.at(-1))?.value ?? null
}

function RunMark({ run }: { run: DrawnRun | undefined }) {
  return (
    <i className="run-sq" style={{ background: `var(${run?.style?.colour ?? runStyle(run?.ordinal ?? 0).colour})` }} />
  )
}

function Titled({ run, name, children }: { run: DrawnRun | undefined; name: string; children: React.ReactNode }) {
  return (
    <figure>
      <figcaption className="cut">
        <RunMark run={run} /> {name}
      </figcaption>
      {children}
    </figure>
  )
}

/** Gives its content the size of its place. */
function Sized({ children }: { children: (width: number, height: number) => React.ReactNode }) {
  const [place, setPlace] = useState<HTMLDivElement | null>(null)
  const [size, setSize] = useState({ width: 0, height: 0 })
  useEffect(() => {
    if (!place) return
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setSize({ width: Math.floor(entry.contentRect.width), height: Math.floor(entry.contentRect.height) })
    })
    observer.observe(place)
    return () => observer.disconnect()
  }, [place])
  return (
    <div ref={setPlace} className="lb-sized">
      {size.width > 0 && children(size.width, size.height)}
    </div>
  )
}

function VideoPair({
  first,
  second,
  names,
  clock,
  onClock,
}: {
  first: VideoValue
  second: VideoValue
  names: readonly [string, string]
  clock: VideoClock
  onClock: (clock: VideoClock) => void
}) {
  return (
    <div className="lb-pair">
      <figure>
        <figcaption className="cut">{names[0]}</figcaption>
        <VideoPlayer video={first} name={names[0]} isLarge onClock={onClock} />
      </figure>
      <figure>
        <figcaption className="cut">{names[1]}</figcaption>
        <VideoPlayer video={second} name={names[1]} isLarge clock={clock} />
      </figure>
    </div>
  )
}

function TextPair({ first, second, names }: { first: TextValue; second: TextValue; names: readonly [string, string] }) {
  const [left, right] = [useText(first), useText(second)]
  if (left.text === undefined || right.text === undefined) return <span className="im-missing">Reading…</span>
  return (
    <div className="lb-diff">
      <DiffView left={left.text} right={right.text} isUnified={false} label={`${names[0]} and ${names[1]}`} />
    </div>
  )
}
