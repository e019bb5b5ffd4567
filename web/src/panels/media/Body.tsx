/** One medium at the size of its place, whatever it is. What is heavy is loaded with the first of its kind. */

import { lazy, Suspense } from 'react'
import type { Overlays } from '../schema'
import { AudioPlayer } from './AudioPlayer'
import { FrameMedia } from './FrameMedia'
import { ImageLayers } from './ImageLayers'
import { TextMedia } from './TextMedia'
import type { MediaValue } from './values'
import { VideoPlayer } from './VideoPlayer'

const PlotlyFigure = lazy(async () => ({ default: (await import('./PlotlyFigure')).PlotlyFigure }))

const MidiPlayer = lazy(async () => ({ default: (await import('./MidiPlayer')).MidiPlayer }))
const SpaceMedia = lazy(async () => ({ default: (await import('./space/SpaceMedia')).SpaceMedia }))
const ChartMedia = lazy(async () => ({ default: (await import('../chart/ChartMedia')).ChartMedia }))

export interface BodyProps {
  value: MediaValue
  name: string
  width: number
  height: number
  overlays: Overlays
  isPixelated?: boolean
  /** Opened, with all that can be done; else a look at it among others. */
  isLarge?: boolean
  find?: string
}

export function MediaBody(props: BodyProps) {
  return <Suspense fallback={<span className="im-missing">Loading…</span>}>{bodyOf(props)}</Suspense>
}

function bodyOf({ value, name, width, height, overlays, isPixelated = false, isLarge = false, find = '' }: BodyProps) {
  switch (value.type) {
    case 'image':
      return <ImageLayers image={value} alt={name} isWhole={isLarge} {...{ overlays, width, height, isPixelated }} />
    case 'video':
      return <VideoPlayer video={value} name={name} isLarge={isLarge} />
    case 'audio':
      return <AudioPlayer audio={value} name={name} isLarge={isLarge} />
    case 'midi':
      return <MidiPlayer midi={value} name={name} isLarge={isLarge} />
    case 'text':
      return <TextMedia value={value} isLarge={isLarge} find={find} />
    case 'plotly':
      return <PlotlyFigure value={value} isLarge={isLarge} {...{ name, width, height }} />
    case 'html':
    case 'bokeh':
      return (
        <FrameMedia
          value={value}
          name={name}
          height={isLarge && value.type === 'html' && value.height > 0 ? value.height : height}
        />
      )
    case 'object3D':
    case 'scene':
    case 'molecule':
      return <SpaceMedia value={value} isLarge={isLarge} {...{ name, width, height }} />
    case 'chart':
      return <ChartMedia value={value} {...{ name, width, height }} />
  }
}

/** What has controls of its own and takes clicks: it is opened by the button beside its name. */
export const hasControls = ({ type }: MediaValue): boolean => type !== 'image'
