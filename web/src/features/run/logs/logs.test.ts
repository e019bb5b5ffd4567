import { describe, expect, it, vi } from 'vitest'
import type { ConsolePage, Look } from '../../../data/run'
import { marked, piecesOf, seen } from './ansi'
import { LineWindow, PAGE_LINES, scaleOf } from './window'

const LOOK: Look = { labels: [], levels: [], pattern: '', isRegex: true, ignoreCase: true, onlyMatches: false }
const E = '\u001b['

describe('colours of a line', () => {
  it('are those that the escapes say, until they say otherwise', () => {
    expect(piecesOf(`a ${E}31;1mred${E}39m bold${E}0m end`)).toEqual([
      { text: 'a ', style: '' },
      { text: 'red', style: 'a-red a-bold' },
      { text: ' bold', style: 'a-bold' },
      { text: ' end', style: '' },
    ])
  })

  it('come from the theme for 256 colours and for true colour', () => {
    expect(piecesOf(`${E}38;5;196mx`)[0]?.style).toBe('a-red')
    expect(piecesOf(`${E}38;2;10;200;20mx`)[0]?.style).toBe('a-green')
    expect(piecesOf(`${E}48;5;196mx`)[0]?.style).toBe('')
  })

  it('never reach the text', () => {
    expect(seen(`${E}1mab${E}0mc`)).toBe('abc')
    expect(
      piecesOf(`${E}1mab${E}0mc`)
        .map(piece => piece.text)
        .join(''),
    ).toBe('abc')
  })

  it('are kept within what is found', () => {
    expect(marked(piecesOf(`a${E}31mbc${E}0md`), [[0, 2]])).toEqual([
      { text: 'a', style: '', isMark: true },
      { text: 'b', style: 'a-red', isMark: true },
      { text: 'c', style: 'a-red', isMark: false },
      { text: 'd', style: '', isMark: false },
    ])
  })
})

describe('the scroll bar', () => {
  it('is a pixel a pixel for a log that a browser can lay out', () => {
    expect(scaleOf(1000, 20, 600)).toEqual({ heightPx: 20_000, linesPerPx: (1000 - 30) / (20_000 - 600) })
  })

  it('reaches the last of ten million lines', () => {
    const { heightPx, linesPerPx } = scaleOf(10_000_000, 20, 600)
    expect(heightPx).toBeLessThanOrEqual(8_000_000)
    expect(Math.round((heightPx - 600) * linesPerPx)).toBe(10_000_000 - 30)
  })
})

const page = (first: number, count: number, total: number): ConsolePage => ({
  lines: Array.from({ length: count }, (_, i) => ({
    number: first + i,
    time: first + i,
    stream: 'stdout',
    label: '',
    text: `line ${first + i}`,
    level: '',
    spans: [],
  })),
  total,
  line_count: total,
  tails: [],
  is_complete: true,
})

describe('the window of lines', () => {
  it('asks for what is on screen and keeps it', async () => {
    const read = vi.fn(async (first: number, limit: number) => page(first, Math.min(limit, 10_000 - first), 10_000))
    const lines = new LineWindow(read, LOOK)
    await lines.refresh()
    lines.want(5000, 5040)
    await vi.waitFor(() => expect(lines.get(5039)?.text).toBe('line 5039'))
    const asked = read.mock.calls.length
    lines.want(5001, 5041)
    expect(read.mock.calls.length).toBe(asked)
    expect(read.mock.calls.every(([first]) => first % PAGE_LINES === 0)).toBe(true)
  })

  it('reads the last page again when more is printed', async () => {
    let total = 10
    const lines = new LineWindow(async (first, limit) => page(first, Math.min(limit, total - first), total), LOOK)
    await lines.refresh()
    expect(lines.state.total).toBe(10)
    total = 12
    await lines.refresh()
    expect(lines.get(11)?.number).toBe(11)
  })

  it('knows no fewer lines when an older answer comes after a newer one', async () => {
    const answers: (() => void)[] = []
    let total = 10
    const lines = new LineWindow((first, limit) => {
      const answer = page(first, Math.min(limit, total - first), total)
      return new Promise(resolve => answers.push(() => resolve(answer)))
    }, LOOK)
    const older = lines.refresh()
    total = 12
    const newer = lines.refresh()
    answers[1]?.()
    await newer
    answers[0]?.()
    await older
    expect(lines.state.total).toBe(12)
    expect(lines.get(11)?.number).toBe(11)
  })

  it('keeps what it has when a read fails, and says so', async () => {
    let fails = false
    const lines = new LineWindow(async (first, limit) => {
      if (fails) throw new Error('gone')
      return page(first, Math.min(limit, 10), 10)
    }, LOOK)
    await lines.refresh()
    fails = true
    await lines.refresh()
    expect(lines.state.error).toBeInstanceOf(Error)
    expect(lines.get(3)?.number).toBe(3)
  })

  it('reads what failed to come once the log can be read again', async () => {
    let fails = false
    const lines = new LineWindow(async (first, limit) => {
      if (fails) throw new Error('gone')
      return page(first, Math.min(limit, 10_000 - first), 10_000)
    }, LOOK)
    await lines.refresh()
    fails = true
    lines.want(4000, 4040)
    await vi.waitFor(() => expect(lines.state.error).toBeInstanceOf(Error))
    fails = false
    await lines.refresh()
    await vi.waitFor(() => expect(lines.get(4020)?.number).toBe(4020))
    expect(lines.state.error).toBeNull()
  })

  it('keeps its length and its lines while others are marked, until they come again', async () => {
    const asked: string[] = []
    const lines = new LineWindow(async (first, limit, look) => {
      asked.push(look.pattern)
      await new Promise(done => setTimeout(done, 1))
      const answer = page(first, Math.min(limit, 1000 - first), 1000)
      return {
        ...answer,
        lines: answer.lines.map(line => Object.assign(line, { text: `${line.text} ${look.pattern}` })),
      }
    }, LOOK)
    await lines.refresh()
    lines.want(500, 540)
    await vi.waitFor(() => expect(lines.get(500)?.text).toBe('line 500 '))
    const lengths: number[] = []
    lines.subscribe(() => lengths.push(lines.state.total))
    lines.setLook({ ...LOOK, pattern: 'loss' })
    expect(lines.get(500)?.text).toBe('line 500 ')
    await vi.waitFor(() => expect(lines.get(500)?.text).toBe('line 500 loss'))
    expect(new Set(lengths)).toEqual(new Set([1000]))
  })

  it('begins anew where other lines pass', async () => {
    const lines = new LineWindow(async (first, limit, look) => {
      const total = look.levels.length > 0 ? 3 : 10
      return page(first, Math.min(limit, total - first), total)
    }, LOOK)
    await lines.refresh()
    lines.setLook({ ...LOOK, levels: ['error'] })
    expect(lines.state.isReady).toBe(false)
    expect(lines.get(0)).toBeUndefined()
    await vi.waitFor(() => expect(lines.state.total).toBe(3))
  })
})
