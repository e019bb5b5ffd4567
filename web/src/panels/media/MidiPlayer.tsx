/** Notes as a piano roll, drawn from the file, played by a soft synthesiser; a click goes there. */

import { useQuery } from '@tanstack/react-query'
import { type PointerEvent, useEffect, useRef, useState } from 'react'
import { colourOf, onThemeChange, runStyle } from '../../charts/palette'
import { contentBytes } from '../../data/media'
import { Button, IconButton } from '../../ui/Button'
import { cx } from '../../ui/cx'
import { formatCount, plural } from '../../ui/format'
import { Missing } from './Missing'
import { type MidiSong, pitchName, readMidi, rollShape } from './midi'
import { playing, silenceOthers } from './playing'
import { type Synth, synthOf } from './synth'
import type { MidiValue } from './values'
import { timeText } from './VideoPlayer'

/** A file this long is read; a longer one is only given. */
const READ_BYTES = 8e6
const ROLL_PX = [480, 160] as const
const ROLL_LARGE_PX = [1600, 640] as const
const NONE: ReadonlySet<number> = new Set()

export function MidiPlayer({ midi, name, isLarge = false }: { midi: MidiValue; name: string; isLarge?: boolean }) {
  const { file } = midi
  const { data: song, error } = useQuery({
    queryKey: ['midi', file.digest || file.url],
    queryFn: async ({ signal }) => readMidi(await contentBytes(file.url, file.path, signal)),
    enabled: file.url !== '' && file.size <= READ_BYTES,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    structuralSharing: false,
    retry: false,
  })
  const canvas = useRef<HTMLCanvasElement>(null)
  const synth = useRef<Synth | null>(null)
  const [isPlaying, setPlaying] = useState(false)
  const [timeS, setTime] = useState(0)
  const [muted, setMuted] = useState<ReadonlySet<number>>(NONE)

  useEffect(() => {
    const draw = (): void => {
      const [width, height] = isLarge ? ROLL_LARGE_PX : ROLL_PX
      if (canvas.current && song) paint(canvas.current, song, muted, width, height)
    }
    draw()
    return onThemeChange(draw)
  }, [song, muted, isLarge])
  const [handle] = useState(() => {
    const own = {
      pause: () => {
        playing.delete(own)
        synth.current?.pause()
        setTime(synth.current?.timeS() ?? 0)
        setPlaying(false)
      },
    }
    return own
  })
  useEffect(
    () => () => {
      playing.delete(handle)
      synth.current?.close()
      synth.current = null
    },
    [handle, song],
  )
  useEffect(() => {
    if (!isPlaying) return
    let frame = requestAnimationFrame(function show() {
      setTime(synth.current?.timeS() ?? 0)
      frame = requestAnimationFrame(show)
    })
    return () => cancelAnimationFrame(frame)
  }, [isPlaying])

  if (file.url === '') return <Missing file={file} />
  const lengthS = song?.durationS ?? 0
  const playFrom = (seconds: number): void => {
    if (!song) return
    silenceOthers()
    synth.current ??= synthOf(song, () => {
      playing.delete(handle)
      setPlaying(false)
      setTime(0)
    })
    synth.current.mute(muted)
    synth.current.play(seconds)
    playing.add(handle)
    setPlaying(true)
  }
  const go = (event: PointerEvent): void => {
    const box = event.currentTarget.getBoundingClientRect()
    const to = Math.min(lengthS, Math.max(0, ((event.clientX - box.left) / Math.max(1, box.width)) * lengthS))
    setTime(to)
    if (isPlaying) playFrom(to)
  }
  const mute = (track: number): void => {
    const next = new Set(muted)
    if (!next.delete(track)) next.add(track)
    setMuted(next)
    synth.current?.mute(next)
    if (isPlaying) {
      // What of it sounds now would go on until it ends.
      synth.current?.play(synth.current.timeS())
    }
  }
  const why = error ? error.message : file.size > READ_BYTES ? 'Too long to be drawn' : song ? '' : 'Reading…'
  return (
    <div className={cx('aud midi', isLarge && 'large')}>
      {/* The button and the bar do the same for the keyboard; a click is the pointer's way to a place. */}
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div className="aud-pic" onPointerDown={go}>
        <canvas ref={canvas} role="img" aria-label={song ? rollText(song) : name} />
        {why && <span className="aud-note">{why}</span>}
        {song && <i className="aud-head" style={{ left: `${(100 * timeS) / Math.max(lengthS, 1e-6)}%` }} />}
      </div>
      <div className="vid-bar">
        <IconButton
          small
          icon={isPlaying ? 'pause' : 'play'}
          label={isPlaying ? `Pause ${name}` : `Play ${name}`}
          disabled={!song || song.notes.length === 0}
          onClick={() => (isPlaying ? handle.pause() : playFrom(timeS >= lengthS ? 0 : timeS))}
        />
        <span className="num t3">
          {timeText(timeS)} / {timeText(lengthS)}
        </span>
        {song && <span className="t3 cut">{plural(song.notes.length, 'note')}</span>}
        {isLarge && song && <span className="t3">{Math.round(song.tempo)} beats a minute</span>}
      </div>
      {isLarge && song && (
        <>
          {song.note && <p className="hint pad">{song.note}</p>}
          <ul className="midi-tracks" aria-label="Tracks">
            {song.tracks.map((track, i) => (
              // oxlint-disable-next-line react/no-array-index-key -- tracks stand in the order of their file
              <li key={i} className={cx(muted.has(i) && 'off')}>
                <i style={{ background: `var(${runStyle(i + 1).colour})` }} />
                <b className="cut">{track.name}</b>
                <span className="t3 cut">{track.instrument}</span>
                <span className="t3 num">{formatCount(track.noteCount)}</span>
                <Button small kind="ghost" aria-pressed={muted.has(i)} onClick={() => mute(i)}>
                  Mute<span className="vh"> {track.name}</span>
                </Button>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

function rollText(song: MidiSong): string {
  const { low, high } = song.notes.reduce(
    (range, { pitch }) => ({ low: Math.min(range.low, pitch), high: Math.max(range.high, pitch) }),
    { low: 127, high: 0 },
  )
  if (song.notes.length === 0) return 'Piano roll without notes'
  return `Piano roll: ${plural(song.notes.length, 'note')} from ${pitchName(low)} to ${pitchName(high)}`
}

const BLACK = new Set([1, 3, 6, 8, 10])

function paint(
  canvas: HTMLCanvasElement,
  song: MidiSong,
  muted: ReadonlySet<number>,
  width: number,
  height: number,
): void {
  const context = canvas.getContext('2d')
  if (!context) return
  canvas.width = width
  canvas.height = height
  const { low, high } = rollShape(song.notes)
  const row = height / (high - low + 1)
  const top = (pitch: number): number => (high - pitch) * row
  context.fillStyle = colourOf('--fill-2')
  for (let pitch = low; pitch <= high; pitch++) if (BLACK.has(pitch % 12)) context.fillRect(0, top(pitch), width, row)
  context.fillStyle = colourOf('--line-2')
  for (let pitch = low; pitch <= high; pitch++)
    if (pitch % 12 === 0) context.fillRect(0, top(pitch) + row - 1, width, 1)
  const colours = song.tracks.map((_, i) => colourOf(runStyle(i + 1).colour))
  const scale = width / Math.max(song.durationS, 1e-6)
  for (const { start, end, pitch, velocity, track } of song.notes) {
    context.globalAlpha = (muted.has(track) ? 0.15 : 0.55) + (muted.has(track) ? 0 : (0.45 * velocity) / 127)
    context.fillStyle = colours[track] ?? colours[0] ?? ''
    context.fillRect(start * scale, top(pitch) + row * 0.1, Math.max(1.5, (end - start) * scale - 0.5), row * 0.8)
  }
  context.globalAlpha = 1
}
