/**
 * Notes of a standard MIDI file (format 0, 1 and 2; MIDI 1.0 specification, RP-001), in seconds. Pure. A file that is damaged gives
 * what can be read of it; whatever it says of its lengths, no more than its bytes is looked at and no more than `NOTES_MAX` is kept.
 */

export interface MidiNote {
  /** Seconds. */
  start: number
  end: number
  /** 0 to 127; 60 is the middle C. */
  pitch: number
  /** 1 to 127. */
  velocity: number
  channel: number
  /** The General MIDI instrument that plays it, from 0. */
  program: number
  /** A place in `tracks`. */
  track: number
}

export interface MidiTrack {
  name: string
  /** As the file calls it, else as General MIDI calls its first program. */
  instrument: string
  noteCount: number
}

export interface MidiSong {
  /** By their start. */
  notes: readonly MidiNote[]
  /** Those that have notes. */
  tracks: readonly MidiTrack[]
  durationS: number
  /** Beats a minute at the start. */
  tempo: number
  /** What was left out, as a sentence; empty where nothing was. */
  note: string
}

export const NOTES_MAX = 100_000
/** The channel of drums, from 0. */
export const DRUMS = 9
const EVENTS_MAX = 2_000_000
const TEXT_MAX = 200
/** Microseconds of a quarter note until the file says otherwise. */
const TEMPO = 500_000

export class NoMidi extends Error {}

interface Sounding {
  tick: number
  velocity: number
  program: number
}

interface TickedNote extends Omit<MidiNote, 'start' | 'end'> {
  from: number
  to: number
}

/** Throws NoMidi for what is no such file at all. */
export function readMidi(bytes: Uint8Array): MidiSong {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 14 || chunkName(view, 0) !== 'MThd') throw new NoMidi('It does not begin as a MIDI file does')
  const division = view.getUint16(12)
  const state: Reading = { events: 0, notes: [], tempos: [], tracks: [], faults: new Set() }
  let at = 8 + view.getUint32(4)
  while (at + 8 <= bytes.length) {
    const [name, length] = [chunkName(view, at), view.getUint32(at + 4)]
    const end = Math.min(bytes.length, at + 8 + length)
    if (end < at + 8 + length) state.faults.add('it ends early')
    // Chunks of other kinds are passed over, as the format asks.
    if (name === 'MTrk') readTrack(bytes.subarray(at + 8, end), state)
    at += 8 + length
  }
  if (state.tracks.length === 0) throw new NoMidi('There is no track in it')
  return songOf(state, division)
}

interface Reading {
  events: number
  notes: TickedNote[]
  tempos: { tick: number; microseconds: number }[]
  tracks: { name: string; instrument: string; program: number; isDrums: boolean }[]
  faults: Set<string>
}

function chunkName(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map(i => view.getUint8(at + i)))
}

/** Data bytes that follow a message of a channel, by its high half byte. */
const DATA_BYTES: Readonly<Record<number, number>> = { 8: 2, 9: 2, 10: 2, 11: 2, 12: 1, 13: 1, 14: 2 }

function readTrack(bytes: Uint8Array, state: Reading): void {
  const track = { name: '', instrument: '', program: -1, isDrums: false }
  const place = state.tracks.push(track) - 1
  const programs = new Uint8Array(16)
  const sounding = new Map<number, Sounding>()
  let [at, tick, running] = [0, 0, 0]
  const variable = (): number => {
    let value = 0
    for (let i = 0; i < 4; i++) {
      const byte = bytes[at++]
      if (byte === undefined) return Number.NaN
      value = value * 128 + (byte & 127)
      if (byte < 128) return value
    }
    return Number.NaN
  }
  const close = (key: number, to: number): void => {
    const open = sounding.get(key)
    if (!open) return
    sounding.delete(key)
    if (state.notes.length >= NOTES_MAX) return void state.faults.add(`it has more than ${NOTES_MAX} notes`)
    const [channel, pitch] = [key >> 7, key & 127]
    track.isDrums ||= channel === DRUMS
    if (track.program < 0) track.program = open.program
    const { velocity, program } = open
    state.notes.push({ from: open.tick, to, pitch, velocity, channel, program, track: place })
  }
  while (at < bytes.length) {
    if (++state.events > EVENTS_MAX) {
      state.faults.add(`it has more than ${EVENTS_MAX} events`)
      break
    }
    const delta = variable()
    if (Number.isNaN(delta)) {
      state.faults.add('a track is damaged')
      break
    }
    tick += delta
    // A message may leave its first byte out where it is that of the one before.
    const isSaid = (bytes[at] ?? 0) >= 128
    const status = isSaid ? (bytes[at++] as number) : running
    if (status === 0) {
      state.faults.add('a track is damaged')
      break
    }
    if (status < 240) running = status
    else {
      const kind = status === 255 ? (bytes[at++] ?? 0) : -1
      const length = variable()
      if (Number.isNaN(length) || at + length > bytes.length) {
        state.faults.add('a track is damaged')
        break
      }
      const data = bytes.subarray(at, at + length)
      at += length
      if (kind === 0x2f) break
      if (kind === 0x51 && length === 3) {
        const [a = 0, b = 0, c = 0] = data
        state.tempos.push({ tick, microseconds: Math.max(1, (a << 16) | (b << 8) | c) })
      } else if (kind === 3 && track.name === '') track.name = textOf(data)
      else if (kind === 4 && track.instrument === '') track.instrument = textOf(data)
      continue
    }
    const [high, channel] = [status >> 4, status & 15]
    const [a = 0, b = 0] = [bytes[at], bytes[at + 1]].map(byte => (byte ?? 0) & 127)
    at += DATA_BYTES[high] ?? 0
    const key = channel * 128 + a
    if (high === 9 && b > 0) {
      // Struck again while it sounds: it ends there.
      close(key, tick)
      sounding.set(key, { tick, velocity: b, program: programs[channel] ?? 0 })
    } else if (high === 8 || high === 9) close(key, tick)
    else if (high === 12) programs[channel] = a
  }
  for (const key of sounding.keys()) close(key, tick)
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder()
    .decode(bytes.subarray(0, TEXT_MAX))
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
}

function songOf(state: Reading, division: number): MidiSong {
  const secondsAt = clockOf(state.tempos, division)
  const used = [...new Set(state.notes.map(note => note.track))].toSorted((a, b) => a - b)
  const places = new Map(used.map((track, i) => [track, i]))
  const counts = used.map(() => 0)
  let durationS = 0
  // In order of time the clock never goes back, so that a tempo is looked up once.
  const byStart = state.notes.toSorted((a, b) => a.from - b.from)
  const starts = byStart.map(({ from }) => secondsAt(from))
  const clock = clockOf(state.tempos, division)
  const ends = new Map<TickedNote, number>()
  for (const note of state.notes.toSorted((a, b) => a.to - b.to)) ends.set(note, clock(note.to))
  const notes = byStart.map((note, i): MidiNote => {
    const track = places.get(note.track) ?? 0
    counts[track] = (counts[track] ?? 0) + 1
    const [start, end] = [starts[i] ?? 0, ends.get(note) ?? 0]
    durationS = Math.max(durationS, end)
    const { pitch, velocity, channel, program } = note
    return { start, end, pitch, velocity, channel, program, track }
  })
  const tracks = used.map((place, i): MidiTrack => {
    const { name, instrument, program, isDrums } = state.tracks[place] as Reading['tracks'][number]
    return {
      name: name || `Track ${place + 1}`,
      instrument: instrument || (isDrums ? 'Drums' : (FAMILIES[Math.max(0, program) >> 3] ?? '')),
      noteCount: counts[i] ?? 0,
    }
  })
  const first = state.tempos.toSorted((a, b) => a.tick - b.tick)[0]
  const tempo = 60e6 / (first && first.tick === 0 ? first.microseconds : TEMPO)
  const faults = [...state.faults]
  return {
    notes,
    tracks,
    durationS,
    tempo,
    note: faults.length > 0 ? `Not all of it is shown: ${faults.join('; ')}.` : '',
  }
}

/** Ticks, never earlier than those asked for before, as seconds. */
function clockOf(tempos: Reading['tempos'], division: number): (tick: number) => number {
  if (division >= 0x8000) {
    // Frames a second, and ticks of a frame: time that no tempo changes.
    const perSecond = Math.max(1, (256 - (division >> 8)) * (division & 255))
    return tick => tick / perSecond
  }
  const perQuarter = Math.max(1, division)
  const changes = tempos.toSorted((a, b) => a.tick - b.tick)
  let [next, since, seconds, microseconds] = [0, 0, 0, TEMPO]
  return tick => {
    for (let change = changes[next]; change && change.tick <= tick; change = changes[++next]) {
      seconds += ((change.tick - since) / perQuarter) * (microseconds / 1e6)
      since = change.tick
      microseconds = change.microseconds
    }
    return seconds + ((tick - since) / perQuarter) * (microseconds / 1e6)
  }
}

/** General MIDI's families of eight programs each. */
const FAMILIES = [
  'Piano', 'Chromatic percussion', 'Organ', 'Guitar', 'Bass', 'Strings', 'Ensemble', 'Brass',
  'Reed', 'Pipe', 'Synth lead', 'Synth pad', 'Synth effects', 'Ethnic', 'Percussive', 'Sound effects',
] // oxfmt-ignore

/** `C4` for 60, as most programs count octaves. */
export function pitchName(pitch: number): string {
  return `${NAMES[pitch % 12]}${Math.floor(pitch / 12) - 1}`
}

const NAMES = ['C', 'C♯', 'D', 'D♯', 'E', 'F', 'F♯', 'G', 'G♯', 'A', 'A♯', 'B']

export interface RollShape {
  /** The lowest and the highest pitch with a row. */
  low: number
  high: number
}

/** At least an octave and a half, so that few notes do not become slabs. */
export function rollShape(notes: readonly MidiNote[]): RollShape {
  let [low, high] = [127, 0]
  for (const { pitch } of notes) {
    low = Math.min(low, pitch)
    high = Math.max(high, pitch)
  }
  if (low > high) [low, high] = [60, 60]
  const spare = Math.max(2, 18 - (high - low))
  return { low: Math.max(0, low - Math.ceil(spare / 2)), high: Math.min(127, high + Math.ceil(spare / 2)) }
}

/** The first place whose start is not before `timeS`. */
export function firstFrom(notes: readonly MidiNote[], timeS: number): number {
  let [low, high] = [0, notes.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((notes[middle] as MidiNote).start < timeS) low = middle + 1
    else high = middle
  }
  return low
}
