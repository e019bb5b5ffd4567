/** Video with what looking closely needs: scrubbing, single frames, slow motion, loops. Several may follow one clock. */

import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { fileUrl } from '../../data/run'
import { IconButton } from '../../ui/Button'
import { Slider } from '../../ui/controls'
import { Select } from '../../ui/form'
import { Missing } from './Missing'
import type { VideoValue } from './values'
import { VideoStill } from './VideoStill'

const SPEEDS = ['0.1', '0.25', '0.5', '1', '2', '4'] as const
/** Frames of a video that does not say how many it has a second. */
const FPS = 30

export interface VideoClock {
  timeS: number
  isPlaying: boolean
  speed: number
}

export interface VideoProps {
  video: VideoValue
  name: string
  /** Given: this one follows the clock of another and has no controls of its own. */
  clock?: VideoClock
  onClock?: (clock: VideoClock) => void
  isLarge?: boolean
}

export const timeText = (seconds: number): string => {
  const whole = Math.max(0, seconds)
  const rest = whole % 60
  return `${Math.floor(whole / 60)}:${rest < 10 ? '0' : ''}${rest.toFixed(whole < 60 ? 2 : 0)}`
}

export function VideoPlayer({ video, name, clock, onClock, isLarge }: VideoProps) {
  const element = useRef<HTMLVideoElement>(null)
  const [lengthS, setLength] = useState(0)
  const [timeS, setTime] = useState(0)
  const [isPlaying, setPlaying] = useState(false)
  const [speed, setSpeed] = useState<string>('1')
  const [isFailed, setFailed] = useState(false)
  // Among others it is a picture until somebody wants to see it move: a player for each costs more than scrolling past it may.
  const [isOpen, setOpen] = useState(isLarge === true || clock !== undefined || onClock !== undefined)
  const fps = video.fps > 0 ? video.fps : FPS
  const say = (changes: Partial<VideoClock>): void => onClock?.({ timeS, isPlaying, speed: Number(speed), ...changes })

  useEffect(() => {
    const player = element.current
    if (!player || !clock) return
    if (Math.abs(player.currentTime - clock.timeS) > (clock.isPlaying ? 0.15 : 0.001)) player.currentTime = clock.timeS
    player.playbackRate = clock.speed
    if (clock.isPlaying) void player.play().catch(() => undefined)
    else player.pause()
  }, [clock])

  const go = (to: number): void => {
    const player = element.current
    if (!player) return
    const next = Math.min(lengthS, Math.max(0, to))
    player.currentTime = next
    setTime(next)
    say({ timeS: next })
  }
  const stepBy = (frames: number): void => {
    element.current?.pause()
    // The middle of a frame: its edge may round to the one before.
    go((Math.floor(timeS * fps + 1e-6) + frames + 0.5) / fps)
  }
  const toggle = (): void => {
    const player = element.current
    if (!player) return
    if (player.paused) void player.play().catch(() => setFailed(true))
    else player.pause()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target instanceof HTMLSelectElement || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === ' ') toggle()
    else if (event.key === ',') stepBy(-1)
    else if (event.key === '.') stepBy(1)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  if (video.file.url === '' || isFailed)
    return <Missing file={video.file} onRetry={isFailed ? () => setFailed(false) : null} />
  if (video.format === 'gif') return <img className="vid-gif" src={fileUrl(video.file.url)} alt={name} />
  if (!isOpen) return <VideoStill video={video} name={name} onPlay={() => setOpen(true)} />
  return (
    // The keys are those of the buttons inside.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div className={isLarge ? 'vid large' : 'vid'} onKeyDown={onKeyDown}>
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption -- what a model made has no captions */}
      <video
        ref={element}
        src={fileUrl(video.file.url)}
        aria-label={name}
        {...(video.poster.url ? { poster: fileUrl(video.poster.url) } : {})}
        preload={isLarge || !clock ? 'auto' : 'metadata'}
        autoPlay={!isLarge && !clock}
        loop
        muted={!isLarge}
        playsInline
        onLoadedMetadata={event => setLength(event.currentTarget.duration)}
        onTimeUpdate={event => {
          setTime(event.currentTarget.currentTime)
          if (!event.currentTarget.paused) say({ timeS: event.currentTarget.currentTime })
        }}
        onPlay={() => {
          setPlaying(true)
          say({ isPlaying: true })
        }}
        onPause={() => {
          setPlaying(false)
          say({ isPlaying: false })
        }}
        onError={() => setFailed(true)}
        onClick={clock ? undefined : toggle}
      />
      {!clock && (
        <div className="vid-bar">
          <IconButton
            small
            icon={isPlaying ? 'pause' : 'play'}
            label={isPlaying ? `Pause ${name}` : `Play ${name}`}
            onClick={toggle}
          />
          {isLarge && <IconButton small icon="chev-l" label="Previous frame" keys="," onClick={() => stepBy(-1)} />}
          {isLarge && <IconButton small icon="chev-r" label="Next frame" keys="." onClick={() => stepBy(1)} />}
          <Slider label={`Time of ${name}`} value={timeS} max={Math.max(lengthS, 0.01)} step={1 / fps} onChange={go} />
          <span className="num t3">{timeText(timeS)}</span>
          {isLarge && <span className="num t3">frame {Math.floor(timeS * fps + 1e-6)}</span>}
          {isLarge && (
            <Select
              label="Speed"
              value={speed}
              options={SPEEDS.map(value => ({ value, label: `${value}×` }))}
              onChange={next => {
                setSpeed(next)
                if (element.current) element.current.playbackRate = Number(next)
                say({ speed: Number(next) })
              }}
            />
          )}
        </div>
      )}
    </div>
  )
}
