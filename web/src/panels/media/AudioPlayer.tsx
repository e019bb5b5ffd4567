/** Sound: its waveform or spectrogram, drawn here from the samples; a click goes there, a drag loops that stretch. */

import { useQuery } from '@tanstack/react-query'
import { type PointerEvent, useEffect, useMemo, useRef, useState } from 'react'
import { colourOf, onThemeChange } from '../../charts/palette'
import { contentBytes } from '../../data/media'
import { fileUrl } from '../../data/run'
import { IconButton } from '../../ui/Button'
import { Segmented } from '../../ui/controls'
import { Missing } from './Missing'
import { playing, silenceOthers } from './playing'
import { FLOOR_DB, peaks, spectrogram } from './sound'
import type { AudioValue } from './values'
import { timeText } from './VideoPlayer'

/** A sound this long is drawn; a longer one is only played. */
const DRAWN_BYTES = 64e6
const COLUMNS = 600

async function samplesOf(bytes: Uint8Array): Promise<Float32Array> {
  const context = new OfflineAudioContext(1, 1, 22_050)
  const buffer = await context.decodeAudioData(bytes.slice().buffer)
  const mixed = new Float32Array(buffer.length)
  for (let channel = 0; channel < buffer.numberOfChannels; channel++) {
    const data = buffer.getChannelData(channel)
    for (let i = 0; i < mixed.length; i++)
      mixed[i] = (mixed[i] as number) + (data[i] as number) / buffer.numberOfChannels
  }
  return mixed
}

export function AudioPlayer({ audio, name, isLarge }: { audio: AudioValue; name: string; isLarge?: boolean }) {
  const player = useRef<HTMLAudioElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const [look, setLook] = useState<'wave' | 'spectrum'>(isLarge ? 'spectrum' : 'wave')
  const [isPlaying, setPlaying] = useState(false)
  const [timeS, setTime] = useState(0)
  const [lengthS, setLength] = useState(audio.durationS)
  const [loop, setLoop] = useState<[number, number] | null>(null)
  const [isFailed, setFailed] = useState(false)
  const { file } = audio
  const { data: samples, error } = useQuery({
    queryKey: ['audio', file.digest || file.url],
    queryFn: async ({ signal }) => samplesOf(await contentBytes(file.url, file.path, signal)),
    enabled: file.url !== '' && file.size <= DRAWN_BYTES,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    structuralSharing: false,
  })
  const picture = useMemo(() => {
    if (!samples) return null
    return look === 'wave' ? { wave: peaks(samples, COLUMNS) } : { spectrum: spectrogram(samples, COLUMNS) }
  }, [samples, look])
  useEffect(() => {
    const draw = (): void => {
      if (canvas.current && picture) paint(canvas.current, picture)
    }
    draw()
    return onThemeChange(draw)
  }, [picture])
  useEffect(() => {
    const element = player.current
    return () => {
      if (element) playing.delete(element)
    }
  }, [])

  const at = (event: PointerEvent): number => {
    const box = event.currentTarget.getBoundingClientRect()
    return Math.min(lengthS, Math.max(0, ((event.clientX - box.left) / Math.max(1, box.width)) * lengthS))
  }
  const begun = useRef<number | null>(null)
  const toggle = (): void => {
    const element = player.current
    if (!element) return
    if (!element.paused) return element.pause()
    silenceOthers()
    void element.play().catch(() => setFailed(true))
  }
  if (file.url === '' || isFailed) return <Missing file={file} onRetry={isFailed ? () => setFailed(false) : null} />
  const share = (seconds: number): string => `${(100 * seconds) / Math.max(lengthS, 1e-6)}%`
  return (
    <div className={isLarge ? 'aud large' : 'aud'}>
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption */}
      <audio
        ref={player}
        src={fileUrl(file.url)}
        preload="metadata"
        onLoadedMetadata={event => {
          if (Number.isFinite(event.currentTarget.duration)) setLength(event.currentTarget.duration)
        }}
        onTimeUpdate={event => {
          const element = event.currentTarget
          if (loop && element.currentTime >= loop[1]) element.currentTime = loop[0]
          setTime(element.currentTime)
        }}
        onPlay={event => {
          playing.add(event.currentTarget)
          setPlaying(true)
        }}
        onPause={event => {
          playing.delete(event.currentTarget)
          setPlaying(false)
        }}
        onEnded={event => {
          if (!loop) return
          event.currentTarget.currentTime = loop[0]
          void event.currentTarget.play()
        }}
        onError={() => setFailed(true)}
      />
      {/* The button and the keys do the same; a drag is the pointer's way to choose what is repeated. */}
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div
        className="aud-pic"
        onPointerDown={event => {
          begun.current = at(event)
          event.currentTarget.setPointerCapture(event.pointerId)
        }}
        onPointerMove={event => {
          if (begun.current === null) return
          const to = at(event)
          if (Math.abs(to - begun.current) > lengthS / 100)
            setLoop([Math.min(begun.current, to), Math.max(begun.current, to)])
        }}
        onPointerUp={event => {
          const from = begun.current
          begun.current = null
          const to = at(event)
          if (from === null || !player.current) return
          if (Math.abs(to - from) <= lengthS / 100) {
            setLoop(null)
            player.current.currentTime = to
          } else player.current.currentTime = Math.min(from, to)
          setTime(player.current.currentTime)
        }}
      >
        <canvas ref={canvas} />
        {!picture && (
          <span className="aud-note">
            {error ? 'The sound cannot be decoded here' : file.size > DRAWN_BYTES ? 'Too long to be drawn' : 'Reading…'}
          </span>
        )}
        {loop && <i className="aud-loop" style={{ left: share(loop[0]), width: share(loop[1] - loop[0]) }} />}
        <i className="aud-head" style={{ left: share(timeS) }} />
      </div>
      <div className="vid-bar">
        <IconButton
          small
          icon={isPlaying ? 'pause' : 'play'}
          label={isPlaying ? `Pause ${name}` : `Play ${name}`}
          onClick={toggle}
        />
        <span className="num t3">
          {timeText(timeS)} / {timeText(lengthS)}
        </span>
        {isLarge && (
          <Segmented
            small
            label="Picture of the sound"
            value={look}
            options={[
              { value: 'spectrum', label: 'Spectrogram' },
              { value: 'wave', label: 'Waveform' },
            ]}
            onChange={setLook}
          />
        )}
        {isLarge && audio.sampleRate > 0 && <span className="t3">{audio.sampleRate} Hz</span>}
        {loop && <IconButton small icon="close" label="Stop repeating this stretch" onClick={() => setLoop(null)} />}
      </div>
    </div>
  )
}

function paint(
  canvas: HTMLCanvasElement,
  picture: { wave: Float32Array } | { spectrum: ReturnType<typeof spectrogram> },
): void {
  const context = canvas.getContext('2d')
  if (!context) return
  if ('wave' in picture) {
    const { wave } = picture
    const [width, height] = [wave.length / 2, 120]
    canvas.width = width
    canvas.height = height
    context.fillStyle = colourOf('--run-1')
    for (let x = 0; x < width; x++) {
      const [low, high] = [wave[2 * x] as number, wave[2 * x + 1] as number]
      const top = ((1 - high) * height) / 2
      context.fillRect(x, top, 1, Math.max(1, ((high - low) * height) / 2))
    }
    return
  }
  const { columns, rows, decibels } = picture.spectrum
  canvas.width = columns
  canvas.height = rows
  const ramp = Array.from({ length: 9 }, (_, i) => rgb(colourOf(`--seq-${i + 1}`)))
  const image = context.createImageData(columns, rows)
  for (let x = 0; x < columns; x++)
    for (let row = 0; row < rows; row++) {
      const strength = 1 + (decibels[x * rows + row] as number) / FLOOR_DB
      const place = strength * (ramp.length - 1)
      const [a, b] = [ramp[Math.floor(place)], ramp[Math.min(ramp.length - 1, Math.floor(place) + 1)]]
      const to = 4 * ((rows - 1 - row) * columns + x)
      for (let c = 0; c < 3; c++)
        image.data[to + c] = (a?.[c] ?? 0) + ((b?.[c] ?? 0) - (a?.[c] ?? 0)) * (place - Math.floor(place))
      image.data[to + 3] = 255
    }
  context.putImageData(image, 0, 0)
}

function rgb(colour: string): [number, number, number] {
  const hex = /^#([\da-f]{6})/i.exec(colour)?.[1]
  if (hex) {
    const value = Number.parseInt(hex, 16)
    return [(value >> 16) & 255, (value >> 8) & 255, value & 255]
  }
  const [r = 0, g = 0, b = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number)
  return [r, g, b]
}
