/** Two pictures of two runs laid over each other: what differs in pixels, or where their masks disagree. */

import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { contentBytes } from '../../data/media'
import type { Overlays } from '../schema'
import { isShown, labelOf } from './classes'
import { fitted, ImageLayers } from './ImageLayers'
import { canvasOf, imageDifference, maskDifference, readMask } from './masks'
import type { ImageValue } from './values'

export interface DifferenceProps {
  first: ImageValue
  second: ImageValue
  width: number
  height: number
}

async function pixelsOf(image: ImageValue, signal: AbortSignal): Promise<ImageData> {
  const bytes = await contentBytes(image.file.url, image.file.path, signal)
  const bitmap = await createImageBitmap(new Blob([bytes.slice()]))
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
  const context = canvas.getContext('2d')
  if (!context) throw new Error('This browser cannot read pixels')
  context.drawImage(bitmap, 0, 0)
  bitmap.close()
  return context.getImageData(0, 0, canvas.width, canvas.height)
}

export function PixelDifference({ first, second, width, height }: DifferenceProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const { data, error } = useQuery({
    queryKey: ['image-difference', first.file.digest || first.file.url, second.file.digest || second.file.url],
    queryFn: async ({ signal }) => {
      const [a, b] = await Promise.all([pixelsOf(first, signal), pixelsOf(second, signal)])
      if (a.width !== b.width || a.height !== b.height)
        throw new Error(`${a.width} × ${a.height} and ${b.width} × ${b.height} pixels cannot be compared one by one`)
      return { width: a.width, height: a.height, pixels: imageDifference(a.data, b.data) }
    },
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 10_000,
    structuralSharing: false,
  })
  useEffect(() => {
    if (data && canvas.current) canvasOf(data.width, data.height, data.pixels, canvas.current)
  }, [data])
  if (error) return <span className="im-missing">{error.message}</span>
  const place = fitted(data ? data.width / data.height : 1, width, height)
  return (
    <div className="im" style={place}>
      <canvas
        ref={canvas}
        className="im-mask"
        role="img"
        aria-label="Difference in pixels, three times as strong: black is the same"
      />
    </div>
  )
}

/** Groups that both have: what models said comes before what is true, which is the same for all. */
export function commonGroups(first: ImageValue, second: ImageValue): string[] {
  const both = first.masks.map(mask => mask.group).filter(group => second.masks.some(mask => mask.group === group))
  const isTruth = (group: string): number => (/truth|ground|label|target|^gt$/i.test(group) ? 1 : 0)
  return both.toSorted((a, b) => isTruth(a) - isTruth(b))
}

export function MaskDifferenceView({
  image,
  firstOf,
  secondOf,
  firstGroup,
  secondGroup,
  names,
  overlays,
  width,
  height,
}: {
  /** What lies below. */
  image: ImageValue
  firstOf: ImageValue
  secondOf: ImageValue
  firstGroup: string
  secondGroup: string
  names: readonly [string, string]
  overlays: Overlays
  width: number
  height: number
}) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [first, second] = [
    firstOf.masks.find(mask => mask.group === firstGroup),
    secondOf.masks.find(mask => mask.group === secondGroup),
  ]
  const { data, error } = useQuery({
    queryKey: [
      'mask-difference',
      first?.file.digest || first?.file.url,
      second?.file.digest || second?.file.url,
      overlays.hidden?.join('\n') ?? '',
    ],
    queryFn: async () => {
      if (!first || !second) throw new Error('One of them has no such mask')
      const [a, b] = await Promise.all([readMask(first.file), readMask(second.file)])
      const shown = (id: number): boolean =>
        isShown({ hidden: overlays.hidden ?? [] }, first.group, labelOf(first.classes, id))
      const found = maskDifference(a, b, shown)
      if (!found) throw new Error(`Masks of ${a.width} × ${a.height} and ${b.width} × ${b.height} cannot be compared`)
      return { width: a.width, height: a.height, ...found }
    },
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 10_000,
    structuralSharing: false,
  })
  useEffect(() => {
    if (data && canvas.current) canvasOf(data.width, data.height, data.pixels, canvas.current)
  }, [data])
  if (error) return <span className="im-missing">{error.message}</span>
  const aspect = image.width > 0 ? image.width / image.height : data ? data.width / data.height : 1
  const place = fitted(aspect, width, height)
  const total = data ? data.sameCount + data.onlyFirst + data.onlySecond + data.otherClass : 0
  const share = (count: number): string => `${total === 0 ? 0 : ((100 * count) / total).toFixed(1)} %`
  return (
    <div className="im mask-diff" style={place}>
      <ImageLayers image={image} overlays={PLAIN} width={place.width} height={place.height} isWhole alt="" />
      <canvas ref={canvas} className="im-mask" style={{ opacity: 0.75 }} />
      {data && (
        <span className="mask-diff-key">
          <i style={{ background: '#38bdf8' }} /> only {names[0]} {share(data.onlyFirst)}
          <i style={{ background: '#ffb020' }} /> only {names[1]} {share(data.onlySecond)}
          <i style={{ background: '#f43f5e' }} /> another class {share(data.otherClass)}
          <span>same {share(data.sameCount)}</span>
        </span>
      )}
    </div>
  )
}

const PLAIN: Overlays = { masks: false, boxes: false }
