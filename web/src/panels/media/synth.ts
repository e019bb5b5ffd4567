/** A soft synthesiser: notes as oscillators with an envelope, drums as filtered noise, a little ahead of the time that is heard. */

import { DRUMS, firstFrom, type MidiNote, type MidiSong } from './midi'

const AHEAD_S = 0.25
const TICK_MS = 60
/** Notes that sound at once; those beyond it are left out. */
const VOICES = 48
const RELEASE_S = 0.12
/** A held note fades by itself after so long. */
const LONGEST_S = 12

/** By General MIDI's families: plucked ones fade, blown ones stay. */
const WAVES: readonly OscillatorType[] = [
  'triangle', 'sine', 'square', 'triangle', 'triangle', 'sawtooth', 'sawtooth', 'sawtooth',
  'square', 'sine', 'sawtooth', 'sawtooth', 'square', 'triangle', 'triangle', 'sine',
] // oxfmt-ignore
const FADING = new Set([0, 1, 3, 4, 13, 14])
const LOUDNESS: Readonly<Record<string, number>> = { sine: 1, triangle: 0.9, square: 0.35, sawtooth: 0.35 }

export interface Synth {
  /** Plays on from `timeS`. */
  play: (timeS: number) => void
  pause: () => void
  /** Seconds into the song that are heard now. */
  timeS: () => number
  /** Of these tracks nothing is heard. */
  mute: (tracks: ReadonlySet<number>) => void
  close: () => void
}

export function synthOf(song: MidiSong, onEnded: () => void): Synth {
  const context = new AudioContext()
  const master = context.createGain()
  const limiter = context.createDynamicsCompressor()
  master.gain.value = 0.22
  master.connect(limiter).connect(context.destination)
  const noise = noiseOf(context)
  const voices = new Set<{ stop: (at: number) => void; end: number }>()
  let muted: ReadonlySet<number> = new Set()
  let timer = 0
  /** What the clock of the context says when the song begins. */
  let zero = 0
  let next = 0
  let stoodAt = 0

  const now = (): number => (timer === 0 ? stoodAt : Math.max(0, context.currentTime - zero))
  const silence = (): void => {
    for (const voice of voices) voice.stop(context.currentTime)
    voices.clear()
  }
  const sound = (note: MidiNote, late: number): void => {
    for (const voice of voices) if (voice.end < context.currentTime) voices.delete(voice)
    if (voices.size >= VOICES || muted.has(note.track)) return
    const at = Math.max(context.currentTime, zero + note.start)
    const length = Math.min(LONGEST_S, Math.max(0.05, note.end - note.start - late))
    const gain = context.createGain()
    const level = (note.velocity / 127) ** 1.6
    gain.connect(master)
    const source = note.channel === DRUMS ? drum(context, noise, note, gain) : tone(context, note, gain)
    const end = note.channel === DRUMS ? at + 0.35 : at + length
    envelope(gain.gain, note, at, end, level)
    source.start(at)
    source.stop(end + RELEASE_S)
    const voice = {
      end: end + RELEASE_S,
      stop: (when: number) => {
        gain.gain.cancelScheduledValues(when)
        gain.gain.setTargetAtTime(0, when, 0.015)
        source.stop(when + 0.1)
      },
    }
    voices.add(voice)
    source.addEventListener('ended', () => {
      voices.delete(voice)
      gain.disconnect()
    })
  }
  const tick = (): void => {
    const here = now()
    for (let note = song.notes[next]; note && note.start < here + AHEAD_S; note = song.notes[++next]) sound(note, 0)
    if (next >= song.notes.length && here >= song.durationS) {
      pause()
      onEnded()
    }
  }
  function pause(): void {
    stoodAt = now()
    if (timer !== 0) window.clearInterval(timer)
    timer = 0
    silence()
  }
  return {
    play: timeS => {
      pause()
      void context.resume()
      zero = context.currentTime - timeS + 0.05
      next = firstFrom(song.notes, timeS)
      timer = window.setInterval(tick, TICK_MS)
      // What began before and still sounds.
      for (let i = Math.max(0, next - 2_000); i < next; i++) {
        const note = song.notes[i] as MidiNote
        if (note.end > timeS + 0.05 && note.channel !== DRUMS) sound(note, timeS - note.start)
      }
      tick()
    },
    pause,
    timeS: now,
    mute: tracks => {
      muted = tracks
    },
    close: () => {
      pause()
      void context.close()
    },
  }
}

function tone(context: AudioContext, note: MidiNote, into: AudioNode): OscillatorNode {
  const oscillator = context.createOscillator()
  const type = WAVES[note.program >> 3] ?? 'triangle'
  oscillator.type = type
  oscillator.frequency.value = 440 * 2 ** ((note.pitch - 69) / 12)
  const softer = context.createBiquadFilter()
  softer.type = 'lowpass'
  softer.frequency.value = Math.min(9_000, oscillator.frequency.value * 6)
  const level = context.createGain()
  level.gain.value = LOUDNESS[type] ?? 0.5
  oscillator.connect(softer).connect(level).connect(into)
  return oscillator
}

/** Low pitches of the drum channel are kicks and toms, high ones cymbals. */
function drum(context: AudioContext, noise: AudioBuffer, note: MidiNote, into: AudioNode): AudioScheduledSourceNode {
  if (note.pitch <= 36) {
    const kick = context.createOscillator()
    kick.frequency.value = 70
    kick.connect(into)
    return kick
  }
  const source = context.createBufferSource()
  source.buffer = noise
  source.loop = true
  const filter = context.createBiquadFilter()
  filter.type = note.pitch >= 42 ? 'highpass' : 'bandpass'
  filter.frequency.value = note.pitch >= 42 ? 6_000 : 900
  source.connect(filter).connect(into)
  return source
}

function envelope(gain: AudioParam, note: MidiNote, at: number, end: number, level: number): void {
  gain.setValueAtTime(0, at)
  gain.linearRampToValueAtTime(level, at + 0.008)
  if (note.channel === DRUMS) gain.setTargetAtTime(0, at + 0.01, note.pitch >= 49 ? 0.12 : 0.05)
  else if (FADING.has(note.program >> 3)) gain.setTargetAtTime(level * 0.15, at + 0.02, 0.5)
  gain.setTargetAtTime(0, end, RELEASE_S / 4)
}

function noiseOf(context: AudioContext): AudioBuffer {
  const buffer = context.createBuffer(1, context.sampleRate / 2, context.sampleRate)
  const samples = buffer.getChannelData(0)
  for (let i = 0; i < samples.length; i++) samples[i] = 2 * Math.random() - 1
  return buffer
}
