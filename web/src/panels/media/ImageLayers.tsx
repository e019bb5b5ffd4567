/** A picture with its masks and boxes, at the size of its place. The layers lie exactly over the picture, whatever its shape. */

import { memo, useEffect, useRef, useState } from 'react'
import { fileUrl } from '../../data/run'
import type { Overlays } from '../schema'
import { useAgain } from './again'
import { classColour, isShown, labelOf, OPACITY, shownBoxes } from './classes'
import { canvasOf, paintMask, readMask } from './masks'
import { Missing } from './Missing'
import type { Gray } from './png'
import { type BoxGroup, type ImageValue, type Mask, thumbnail } from './values'

export interface ImageProps {
  image: ImageValue
  overlays: Overlays
  /** The place that the picture must fit into, in CSS pixels. */
  width: number
  height: number
  isPixelated?: boolean
  /** The picture itself instead of a smaller one. */
  isWhole?: boolean
  /** Words and scores beside boxes. */
  hasLabels?: boolean
  alt: string
  onSize?: (width: number, height: number) => void
}

/** The largest rectangle of a shape within a place. */
export function fitted(aspect: number, width: number, height: number): { width: number; height: number } {
  return width / height > aspect ? { width: height * aspect, height } : { width, height: width / aspect }
}

export const ImageLayers = memo(function ImageLayers(props: ImageProps) {
  const { image, overlays, width, height, isPixelated, isWhole, hasLabels, alt, onSize } = props
  const [natural, setNatural] = useState<{ width: number; height: number } | null>(null)
  const [failed, setFailed] = useState('')
  const size = image.width > 0 && image.height > 0 ? image : (natural ?? { width, height })
  const place = fitted(size.width / size.height, width, height)
  const scale = typeof devicePixelRatio === 'number' ? devicePixelRatio : 1
  const url = isWhole ? image.file.url : thumbnail(image.file, place.width * scale)
  const shownMasks = overlays.masks === false ? [] : image.masks.filter(mask => !overlays.hidden?.includes(mask.group))
  if (image.isRemote) return <RemoteImage image={image} />
  if (url === '') return <Missing file={image.file} />
  if (failed === url) return <Missing file={image.file} onRetry={() => setFailed('')} hasButton={isWhole === true} />
  return (
    <div className="im" style={{ width: place.width, height: place.height }}>
      <img
        src={fileUrl(url)}
        alt={alt}
        decoding="async"
        draggable={false}
        className={isPixelated ? 'pixelated' : undefined}
        onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => {
          if (image.width === 0 && naturalWidth > 0) setNatural({ width: naturalWidth, height: naturalHeight })
          onSize?.(naturalWidth, naturalHeight)
        }}
        onError={() => setFailed(url)}
      />
      {shownMasks.map(mask => (
        <MaskLayer key={mask.group} mask={mask} overlays={overlays} drawnWidth={place.width} />
      ))}
      {overlays.boxes !== false && image.boxes.length > 0 && (
        <BoxLayer groups={image.boxes} overlays={overlays} size={size} hasLabels={hasLabels ?? false} />
      )}
    </div>
  )
})

/** The content policy lets pictures come from this server only: the reader goes there by a click. */
function RemoteImage({ image }: { image: ImageValue }) {
  let host = image.file.url
  try {
    host = new URL(image.file.url).host
  } catch {
    // Shown as it was logged.
  }
  return (
    <a className="im-missing" href={image.file.url} target="_blank" rel="noreferrer noopener" title={image.file.url}>
      On {host}
    </a>
  )
}

// ---- masks

/** At most so many masks are painted in a frame: scrolling stays smooth. */
const PAINTED_A_FRAME = 2
const waiting: (() => void)[] = []
let isScheduled = false

function paintLater(paint: () => void): () => void {
  waiting.push(paint)
  schedule()
  return () => {
    const at = waiting.indexOf(paint)
    if (at >= 0) waiting.splice(at, 1)
  }
}

function schedule(): void {
  if (isScheduled || waiting.length === 0) return
  isScheduled = true
  requestAnimationFrame(() => {
    isScheduled = false
    for (const paint of waiting.splice(0, PAINTED_A_FRAME)) paint()
    schedule()
  })
}

function MaskLayer({ mask, overlays, drawnWidth }: { mask: Mask; overlays: Overlays; drawnWidth: number }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [failures, setFailures] = useState(0)
  const [tries, setTries] = useState(0)
  const { file, group, classes } = mask
  useAgain(failures > tries ? () => setTries(failures) : null, canvas)
  const { hidden, is_outline: isOutline = false, opacity = OPACITY } = overlays
  const hiddenText = hidden?.join('\n') ?? ''
  const drawnStep = Math.ceil(drawnWidth / 160)
  useEffect(() => {
    if (file.url === '') return
    let isGone = false
    let forget: (() => void) | undefined
    const shown = (id: number): boolean =>
      (id !== 0 || classes.some(label => label.id === 0)) &&
      isShown({ hidden: hiddenText === '' ? [] : hiddenText.split('\n') }, group, labelOf(classes, id))
    void readMask(file).then(
      (gray: Gray) => {
        if (isGone) return
        forget = paintLater(() => {
          if (!canvas.current) return
          // An edge stays about a pixel and a half wide on the screen.
          const edge = Math.max(1, Math.round(gray.width / Math.max(1, drawnStep * 160)))
          canvasOf(
            gray.width,
            gray.height,
            paintMask(gray, shown, isOutline ? 0 : opacity, Math.min(6, edge)),
            canvas.current,
          )
        })
      },
      () => {
        if (!isGone) setFailures(tries + 1)
      },
    )
    return () => {
      isGone = true
      forget?.()
    }
  }, [file, group, classes, hiddenText, isOutline, opacity, drawnStep, tries])
  return <canvas ref={canvas} className="im-mask" />
}

// ---- boxes

interface Size {
  width: number
  height: number
}

/** Corners of a box in pixels of the image. */
export function cornersOf(
  { x, y, width, height, rotation }: BoxGroup['boxes'][number],
  size: Size,
): [number, number][] {
  const [w, h] = [width * size.width, height * size.height]
  const [cx, cy] = [x * size.width + w / 2, y * size.height + h / 2]
  const [cos, sin] = [Math.cos(rotation), Math.sin(rotation)]
  return [
    [-w / 2, -h / 2],
    [w / 2, -h / 2],
    [w / 2, h / 2],
    [-w / 2, h / 2],
  ].map(([dx = 0, dy = 0]) => [cx + dx * cos - dy * sin, cy + dx * sin + dy * cos])
}

function BoxLayer({
  groups,
  overlays,
  size,
  hasLabels,
}: {
  groups: readonly BoxGroup[]
  overlays: Overlays
  size: Size
  hasLabels: boolean
}) {
  const drawn = groups.flatMap(group =>
    shownBoxes(group, overlays).map(({ box, label }) => ({ group: group.group, box, label })),
  )
  return (
    <>
      <svg className="im-boxes" viewBox={`0 0 ${size.width} ${size.height}`} aria-hidden="true">
        {drawn.map(({ group, box, label }, i) => (
          <polygon
            // oxlint-disable-next-line react/no-array-index-key -- boxes have no other name than their place
            key={`${group} ${i}`}
            points={cornersOf(box, size)
              .map(point => point.join(','))
              .join(' ')}
            stroke={classColour(label.id)}
          />
        ))}
      </svg>
      {hasLabels &&
        drawn.map(({ group, box, label }, i) => (
          <span
            // oxlint-disable-next-line react/no-array-index-key
            key={`${group} ${i}`}
            className="im-label"
            style={{ left: `${box.x * 100}%`, top: `${box.y * 100}%`, background: classColour(label.id) }}
          >
            {box.caption || label.name}
            {!box.caption &&
              Object.values(box.scores)
                .slice(0, 1)
                .map(score => ` ${score.toFixed(2)}`)}
          </span>
        ))}
    </>
  )
}
