/** The time of a sequence: play, frame by frame, or anywhere. */

import { useEffect, useRef, useState } from 'react'
import { IconButton } from '../../../ui/Button'
import { Slider } from '../../../ui/controls'
import type { SceneFrame } from '../values'
import { frameAt } from './frames'

export function Timeline({
  frames,
  time,
  onTime,
}: {
  frames: readonly SceneFrame[]
  time: number | null
  onTime: (time: number, isDone: boolean) => void
}) {
  const [isPlaying, setPlaying] = useState(false)
  const shown = frameAt(frames, time)
  const at = shown ? frames.indexOf(shown) : 0
  const latest = useRef({ at, onTime, frames })
  useEffect(() => {
    latest.current = { at, onTime, frames }
  })
  useEffect(() => {
    if (!isPlaying) return
    let timer: ReturnType<typeof setTimeout>
    const next = (): void => {
      const { at: here, frames: all, onTime: tell } = latest.current
      const [now, then] = [all[here], all[here + 1]]
      if (!now || !then) return setPlaying(false)
      timer = setTimeout(
        () => {
          tell(then.time, false)
          requestAnimationFrame(next)
        },
        Math.min(1000, Math.max(30, (then.time - now.time) * 1000)),
      )
    }
    next()
    return () => clearTimeout(timer)
  }, [isPlaying])
  const go = (place: number): void => {
    const frame = frames[Math.max(0, Math.min(frames.length - 1, place))]
    if (frame) onTime(frame.time, true)
  }
  return (
    <div className="step-bar">
      <IconButton
        small
        icon={isPlaying ? 'pause' : 'play'}
        label={isPlaying ? 'Stop the sequence' : 'Play the sequence'}
        onClick={() => {
          if (!isPlaying && at >= frames.length - 1) go(0)
          setPlaying(!isPlaying)
        }}
      />
      <span className="t3">Time</span>
      <IconButton small icon="chev-l" label="Previous frame" disabled={at <= 0} onClick={() => go(at - 1)} />
      <Slider
        label="Time"
        value={at}
        max={Math.max(1, frames.length - 1)}
        step={1}
        onChange={place => frames[place] && onTime(frames[place].time, false)}
        onCommit={go}
      />
      <IconButton
        small
        icon="chev-r"
        label="Next frame"
        disabled={at >= frames.length - 1}
        onClick={() => go(at + 1)}
      />
      <b className="num">{(shown?.time ?? 0).toFixed(2)} s</b>
    </div>
  )
}
