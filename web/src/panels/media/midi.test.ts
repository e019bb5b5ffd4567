import { describe, expect, it } from 'vitest'
import { firstFrom, NoMidi, NOTES_MAX, pitchName, readMidi, rollShape } from './midi'

const word = (value: number, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** (bytes - 1 - i)) % 256)
const ascii = (text: string): number[] => [...new TextEncoder().encode(text)]
const chunk = (name: string, data: readonly number[], length = data.length): number[] => [
  ...ascii(name), ...word(length, 4), ...data,
] // oxfmt-ignore
const head = (format: number, tracks: number, division: number): number[] =>
  chunk('MThd', [...word(format, 2), ...word(tracks, 2), ...word(division, 2)])
const song = (division: number, ...tracks: readonly number[][]): Uint8Array =>
  Uint8Array.from([...head(1, tracks.length, division), ...tracks.flatMap(data => chunk('MTrk', data))])
const END = [0, 0xff, 0x2f, 0]
const tempo = (microseconds: number, delta = 0): number[] => [delta, 0xff, 0x51, 3, ...word(microseconds, 3)]

describe('a MIDI file', () => {
  it('gives its notes in seconds, at the tempo of their time', () => {
    const { notes, tracks, durationS, tempo: beats, note } = readMidi(
      song(
        100,
        [...tempo(1_000_000), ...tempo(500_000, 100), ...END],
        [0, 0xff, 3, 5, ...ascii('Piano'), 0, 0xc0, 33, 0, 0x90, 60, 100, 50, 64, 80, 50, 60, 0, 100, 64, 0, ...END],
      ),
    ) // oxfmt-ignore
    expect(notes).toEqual([
      { start: 0, end: 1, pitch: 60, velocity: 100, channel: 0, program: 33, track: 0 },
      { start: 0.5, end: 1.5, pitch: 64, velocity: 80, channel: 0, program: 33, track: 0 },
    ])
    expect(tracks).toEqual([{ name: 'Piano', instrument: 'Bass', noteCount: 2 }])
    expect([durationS, beats, note]).toEqual([1.5, 60, ''])
  })
  it('may count frames, hold what follows a system message, and name drums', () => {
    const sysex = [0, 0xf0, 3, 1, 2, 0xf7]
    const { notes, tracks } = readMidi(song(0xe728, [...sysex, 0, 0x99, 36, 1, 0x87, 0x68, 0x89, 36, 0, ...END]))
    expect(notes).toMatchObject([{ start: 0, end: 1, channel: 9, pitch: 36 }])
    expect(tracks).toMatchObject([{ name: 'Track 1', instrument: 'Drums' }])
  })
  it('ends a note that is struck again, and those that never end', () => {
    const { notes } = readMidi(song(1, [0, 0x90, 60, 9, 2, 60, 9, 4, 0xb0, 1, 1, ...END]))
    expect(notes.map(({ start, end }) => [start, end])).toEqual([
      [0, 1],
      [1, 3],
    ])
  })
  it('that ends early or is damaged gives what can be read of it', () => {
    const whole = song(1, [0, 0x90, 60, 9, 1, 60, 0, ...END])
    const long = Uint8Array.from([...head(0, 1, 1), ...chunk('MTrk', [0, 0x90, 60, 9, 1, 60, 0], 4e9)])
    expect(readMidi(long)).toMatchObject({ notes: [{ pitch: 60 }], note: 'Not all of it is shown: it ends early.' })
    const damaged = song(1, [0, 0x90, 60, 9, 1, 60, 0, 0xff, 0xff, 0xff, 0xff, 0xff])
    expect(readMidi(damaged).notes).toHaveLength(1)
    expect(readMidi(damaged).note).toContain('a track is damaged')
    expect(() => readMidi(whole.subarray(0, 10))).toThrow(NoMidi)
    expect(() => readMidi(Uint8Array.from(head(0, 0, 1)))).toThrow('There is no track')
    expect(() => readMidi(Uint8Array.from(ascii('<html>…and more of it')))).toThrow(NoMidi)
  })
  it('of any bytes is read in the end, and never gives what cannot be drawn', () => {
    let seed = Date.now() >>> 0
    const label = `seed ${seed}`
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
      return Math.floor((seed / 2 ** 32) * below)
    }
    for (let round = 0; round < 400; round++) {
      const bytes = song(
        random(0x10000),
        Array.from({ length: random(400) }, () => random(round % 2 ? 256 : 128)),
      )
      for (let hits = random(8); hits > 0; hits--) bytes[14 + random(bytes.length - 14)] = random(256)
      let read
      try {
        read = readMidi(bytes)
      } catch (error) {
        expect(error, label).toBeInstanceOf(NoMidi)
        continue
      }
      for (const { start, end, pitch } of read.notes)
        expect(start >= 0 && end >= start && Number.isFinite(end) && pitch < 128, label).toBe(true)
      expect(
        read.notes.every((note, i) => i === 0 || note.start >= (read.notes[i - 1]?.start ?? 0)),
        label,
      ).toBe(true)
    }
  })
  it('with very many notes is cut, and says so', () => {
    const data: number[] = [0, 0x90]
    for (let i = 0; i <= NOTES_MAX; i++) data.push(...(i === 0 ? [] : [0]), 60, 1)
    const { notes, note } = readMidi(Uint8Array.from([...head(0, 1, 1), ...chunk('MTrk', data)]))
    expect(notes).toHaveLength(NOTES_MAX)
    expect(note).toContain(`more than ${NOTES_MAX} notes`)
  })
})

it('rows, places and names of notes', () => {
  expect([60, 69, 0, 127].map(pitchName)).toEqual(['C4', 'A4', 'C-1', 'G9'])
  expect(rollShape([])).toEqual({ low: 51, high: 69 })
  const at = (start: number) => ({ start, end: start, pitch: 1, velocity: 1, channel: 0, program: 0, track: 0 })
  expect(rollShape([at(0)])).toEqual({ low: 0, high: 10 })
  expect([0, 1, 1.5, 9].map(time => firstFrom([at(0), at(1), at(1), at(2)], time))).toEqual([0, 1, 3, 4])
})
