import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { classColour, isShown, layersOf, scoresOf, shownBoxes, toggleClass } from './classes'
import { allSteps, aspectOf, byStep, type Cell, cellsAt, flow, inSight, type MediaSeries, stepAt } from './layout'
import { imageDifference, maskDifference, paintMask } from './masks'
import { decodeGray } from './png'
import { mediaTypeOf, shownKeys, strided } from './schema'
import { fft, peaks, spectrogram } from './sound'
import { pieces } from './spans'
import { askedAgainMs, seriesOf, stretches } from './useMedia'
import { boxOf, type ImageValue, mediaOf, thumbnail, WIRE_TYPES } from './values'

const vectors = JSON.parse(readFileSync(join(import.meta.dirname, '../../../../tests/vectors/media.json'), 'utf8')) as {
  valid: { name: string; value: unknown }[]
  invalid: { name: string; value: unknown }[]
}

describe('values', () => {
  it.each(vectors.valid)('$name is read whole', ({ value }) => {
    const given = (Array.isArray(value) ? value : [value]) as Record<string, unknown>[]
    const read = mediaOf(value)
    expect(read.map(one => one.type)).toEqual(given.map(raw => WIRE_TYPES[raw._type as string]))
    read.forEach((one, i) => {
      const raw = given[i] as Record<string, unknown>
      expect(one.caption).toBe(raw.caption ?? '')
      if (raw.path !== undefined) expect(one.file.path).toBe(raw.path)
      if (one.type === 'image') {
        expect(one.masks.map(mask => mask.group)).toEqual(Object.keys(raw.masks ?? {}))
        expect(one.boxes.map(group => group.group)).toEqual(Object.keys(raw.boxes ?? {}))
      }
      if (one.type === 'object3D') expect(one.boxes.length).toBe(((raw.boxes ?? []) as unknown[]).length)
      if (one.type === 'scene') expect(one.frames.length).toBe(((raw.frames ?? []) as unknown[]).length)
      if (one.type === 'text') expect(one.spans.length).toBe(((raw.spans ?? []) as unknown[]).length)
    })
  })

  it.each(vectors.invalid)('$name breaks nothing', ({ value }) => {
    expect(Array.isArray(mediaOf(value))).toBe(true)
  })

  it('finds contents by their path, and knows which are not there yet', () => {
    const raw = { _type: 'image-file', path: 'media/a.png', format: 'png' }
    const [there] = mediaOf(raw, {
      'media/a.png': { url: '/blobs/x', size: 7, digest: 'sha256:1', has_thumbnail: true },
    })
    expect(there?.file).toEqual({
      path: 'media/a.png',
      url: '/blobs/x',
      size: 7,
      digest: 'sha256:1',
      hasThumbnail: true,
      refused: '',
    })
    const [missing] = mediaOf(raw, {})
    expect(missing?.file.url).toBe('')
    expect(thumbnail(there?.file as ImageValue['file'], 100)).toBe('/blobs/x?w=160')
    expect(thumbnail(there?.file as ImageValue['file'], 5000)).toBe('/blobs/x')
  })

  it('places boxes of both forms and both domains alike', () => {
    const edges = { minX: 0.25, maxX: 0.75, minY: 0.1, maxY: 0.3 }
    const middle = { middle: [50, 40], width: 50, height: 40 }
    const [a, b] = [boxOf({ position: edges }, 0, 0), boxOf({ position: middle, domain: 'pixel' }, 100, 200)]
    expect([a?.x, a?.width]).toEqual([0.25, 0.5])
    expect([b?.x, b?.y, b?.width, b?.height]).toEqual([0.25, 0.1, 0.5, 0.2])
    expect(boxOf({ position: middle, domain: 'pixel' }, 0, 0)).toBeNull()
  })
})

const image = (fields: Record<string, unknown> = {}): ImageValue =>
  mediaOf({ _type: 'image-file', path: 'a.png', format: 'png', width: 10, height: 10, ...fields })[0] as ImageValue

describe('classes', () => {
  const labelled = image({
    masks: { truth: { _type: 'mask', path: 'm.png', class_labels: { 0: 'background', 1: 'cat' } } },
    boxes: {
      truth: {
        box_data: [
          { position: { minX: 0, maxX: 1, minY: 0, maxY: 1 }, class_id: 1, scores: { conf: 0.9 } },
          { position: { minX: 0, maxX: 1, minY: 0, maxY: 1 }, class_id: 2, scores: { conf: 0.2 } },
          { position: { minX: 0, maxX: 1, minY: 0, maxY: 1 }, class_id: 2 },
        ],
        class_labels: { 1: 'cat', 2: 'dog' },
      },
    },
  })
  it('gathers groups with their classes', () => {
    const [layer] = layersOf([labelled])
    expect(layer?.classes.map(one => [one.label.name, one.hasMask, one.boxCount])).toEqual([
      ['background', true, 0],
      ['cat', true, 1],
      ['dog', false, 2],
    ])
    expect(scoresOf([labelled])).toEqual([{ name: 'conf', low: 0.2, high: 0.9 }])
  })
  it('hides what says that nothing is there, until it is asked for', () => {
    const nothing = { id: 0, name: 'background' }
    expect(isShown({}, 'truth', nothing)).toBe(false)
    const asked = toggleClass({}, 'truth', nothing)
    expect(isShown(asked, 'truth', nothing)).toBe(true)
    expect(toggleClass(asked, 'truth', nothing)).toEqual({})
  })
  it('lets boxes through by class and score; one without that score always', () => {
    const group = labelled.boxes[0]
    if (!group) throw new Error('the image has boxes')
    expect(shownBoxes(group, {})).toHaveLength(3)
    expect(shownBoxes(group, { scores: { conf: 0.5 } })).toHaveLength(2)
    expect(shownBoxes(group, { hidden: ['truth/2'] })).toHaveLength(1)
    expect(shownBoxes(group, { boxes: false })).toEqual([])
  })
  it('gives neighbouring classes different colours', () => {
    expect(new Set(Array.from({ length: 24 }, (_, i) => classColour(i + 1))).size).toBe(24)
  })
})

const series = (run: string, key: string, steps: number[], countOf: (step: number) => number): MediaSeries => ({
  run,
  key,
  steps,
  items: steps.map(step => ({
    step,
    time: step,
    values: Array.from({ length: countOf(step) }, () => image({ caption: `${run} ${step}` })),
  })),
})

describe('places', () => {
  it('shows the newest up to a step', () => {
    expect([
      stepAt([0, 10, 20], 15),
      stepAt([0, 10, 20], 20),
      stepAt([5], 4),
      stepAt([0, 9], null),
      stepAt([], 3),
    ]).toEqual([10, 20, null, 9, null])
    expect(allSteps([series('a', 'k', [3, 1], () => 1), series('b', 'k', [2, 3], () => 1)])).toEqual([1, 2, 3])
  })
  it('keeps a run that has not come so far, and says so', () => {
    const found = [series('a', 'k', [0, 10], () => 2), series('b', 'k', [20], () => 1)]
    const groups = ['a', 'b'].map(run => ({ run, cells: cellsAt(found, run, ['k'], 10) }))
    const made = flow(groups, { widthPx: 400, cellWidth: 100, cellHeight: 80, hasHeads: true, hasCaptions: false })
    expect(made.cells.map(({ cell, left }) => [cell.run, cell.index, left])).toEqual([
      ['a', 0, 0],
      ['a', 1, 108],
    ])
    expect(made.heads.map(head => head.note)).toEqual(['', 'nothing up to this step'])
  })
  it('draws of a thousand what is in sight', () => {
    const cells: Cell[] = Array.from({ length: 1000 }, (_, index) => ({
      id: String(index), run: 'a', key: 'k', step: 0, index, count: 1000, value: null,
    })) // oxfmt-ignore
    const made = flow([{ run: 'a', cells }], {
      widthPx: 500,
      cellWidth: 100,
      cellHeight: 100,
      hasHeads: false,
      hasCaptions: false,
    })
    expect(made.height).toBe(250 * 108)
    const shown = inSight(made, { left: 0, top: 10_800, width: 500, height: 300 }, 0)
    expect([shown[0]?.cell.index, shown.length]).toEqual([400, 12])
  })
  it('puts steps side by side and knows what is still to come', () => {
    const one = { ...series('a', 'k', [0, 5, 10], () => 1) }
    const known = { ...one, items: one.items.slice(2) }
    const made = byStep([known], [{ run: 'a', key: 'k' }], [0, 5, 10],
      { widthPx: 300, cellWidth: 100, cellHeight: 80, hasHeads: true, hasCaptions: false }, String) // oxfmt-ignore
    expect(made.cells.map(({ cell, left }) => [cell.step, left, cell.value !== null])).toEqual([
      [0, 0, false],
      [5, 108, false],
      [10, 216, true],
    ])
    expect(made.columns.map(column => column.text)).toEqual(['0', '5', '10'])
  })
  it('has a place for what could not be read, and why', () => {
    const answer = {
      series: [
        {
          run: 'a',
          key: 'k',
          type: '',
          steps: [3],
          items: [{ step: 3, time: 0, values: [], count: 40, contents: {}, fault: 'There is no file', refused: {} }],
        },
      ],
    }
    const found = seriesOf(answer)
    const shape = { widthPx: 300, cellWidth: 100, cellHeight: 80, hasHeads: true, hasCaptions: false }
    const told = { step: 3, value: null, fault: 'There is no file' }
    expect(cellsAt(found, 'a', ['k'], null)).toMatchObject([told])
    expect(byStep(found, [{ run: 'a', key: 'k' }], [3], shape, String).cells).toMatchObject([{ cell: told }])
    // The file of a long list comes after its row: it is asked for again, and less often where it does not come.
    expect([askedAgainMs(found, 1), askedAgainMs(found, 100)]).toEqual([3000, 60_000])
    expect(askedAgainMs([series('a', 'k', [1], () => 0)], 1)).toBe(false)
  })
  it('shapes cells for what is in them', () => {
    expect(aspectOf([image({ width: 200, height: 100 }), image({ width: 200, height: 100 }), null])).toBe(2)
    expect(aspectOf([])).toBe(1)
  })
  it('takes every nth step, the newest among them', () => {
    expect(strided([0, 1, 2, 3, 4], 2)).toEqual([0, 2, 4])
    expect(strided([0, 1, 2, 3], 2)).toEqual([1, 3])
  })
  it('asks for no more steps at once than an answer has', () => {
    const all = Array.from({ length: 20_000 }, (_, i) => i)
    for (const stride of [1, 90, 91, 100, 999, 1000, 10_000]) {
      const columns = strided(all, stride)
      const asked = stretches(columns, 0, columns.length, stride)
      for (const { first, last } of asked) expect(last - first + 1).toBeLessThanOrEqual(1000)
      const isCovered = (step: number) => asked.some(({ first, last }) => first <= step && step <= last)
      expect(columns.filter(step => !isCovered(step))).toEqual([])
    }
    expect(stretches(all, 30, 40, 1)).toEqual([
      { first: 24, last: 35 },
      { first: 36, last: 47 },
    ])
  })
  it('shows chosen keys, those that match, else the first', () => {
    const panel = { kind: 'media', id: 'p' } as const
    expect(shownKeys(panel, ['a', 'b']).keys).toEqual(['a'])
    expect(shownKeys({ ...panel, keys: ['z'], pattern: '^a' }, ['a', 'b']).keys).toEqual(['z', 'a'])
    expect(shownKeys({ ...panel, pattern: '(' }, []).fault).not.toBe('')
    expect([mediaTypeOf({ kinds: ['image-file'] }), mediaTypeOf({ kinds: ['f'] })]).toEqual(['image', null])
  })
})

/** A gray PNG as an encoder writes it, each row by another filter. */
function png(width: number, height: number, depth: 8 | 16, values: number[]): Uint8Array {
  const pixel = depth / 8
  const rows: number[][] = []
  for (let y = 0; y < height; y++) {
    const row = values.slice(y * width, (y + 1) * width).flatMap(v => (depth === 16 ? [v >> 8, v & 255] : [v]))
    rows.push(row)
  }
  const raw = rows.flatMap((row, y) => {
    const filter = y % 5
    const above = rows[y - 1] ?? row.map(() => 0)
    const filtered = row.map((byte, x) => {
      const left = x >= pixel ? (row[x - pixel] as number) : 0
      const up = above[x] as number
      const corner = x >= pixel && y > 0 ? (above[x - pixel] as number) : 0
      const guess = left + up - corner
      const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)]
      const told = [0, left, up, (left + up) >> 1, a <= b && a <= c ? left : b <= c ? up : corner][filter] as number
      return (byte - told + 256) % 256
    })
    return [filter].concat(filtered)
  })
  const chunk = (name: string, data: Uint8Array): number[] => {
    const head = new Uint8Array(8)
    new DataView(head.buffer).setUint32(0, data.length)
    for (let i = 0; i < 4; i++) head[4 + i] = name.codePointAt(i) as number
    return [...head, ...data, 0, 0, 0, 0]
  }
  const size = new Uint8Array(13)
  new DataView(size.buffer).setUint32(0, width)
  new DataView(size.buffer).setUint32(4, height)
  size[8] = depth
  return Uint8Array.from([
    137, 80, 78, 71, 13, 10, 26, 10,
    ...chunk('IHDR', size), ...chunk('IDAT', deflateSync(Uint8Array.from(raw))), ...chunk('IEND', new Uint8Array()),
  ]) // oxfmt-ignore
}

describe('masks', () => {
  it.each([8, 16] as const)('of %i bits are read exactly', async depth => {
    const values = Array.from({ length: 7 * 6 }, (_, i) => (i * 7919) % (depth === 8 ? 256 : 65_536))
    const read = await decodeGray(png(7, 6, depth, values))
    expect([read.width, read.height]).toEqual([7, 6])
    expect([...read.values]).toEqual(values)
  })
  it('that are no PNG, or end early, are refused', async () => {
    await expect(decodeGray(new Uint8Array([1, 2, 3]))).rejects.toThrow('not a PNG')
    const whole = png(
      7,
      6,
      8,
      Array.from({ length: 42 }, (_, i) => i),
    )
    await expect(decodeGray(whole.subarray(0, 50))).rejects.toThrow('ends early')
  })
  const gray = (...values: number[]) => ({ width: 3, height: values.length / 3, values: Uint16Array.from(values) })
  it('become colours of their classes', () => {
    const pixels = paintMask(gray(0, 1, 2), id => id === 1, 0.2)
    expect([...pixels]).toEqual([0, 0, 0, 0, 0x38, 0xbd, 0xf8, 255, 0, 0, 0, 0])
  })
  it('are strong at their edges and as strong as one likes within', () => {
    const [width, height] = [5, 5]
    const values = Uint16Array.from({ length: 25 }, (_, i) => (i === 0 ? 0 : 1))
    const pixels = paintMask({ width, height, values }, id => id === 1, 0.2)
    expect([pixels[4 * 6 + 3], pixels[4 * 12 + 3], pixels[4 * 24 + 3], pixels[3]]).toEqual([255, 51, 51, 0])
  })
  it('say where they disagree', () => {
    const found = maskDifference(gray(0, 1, 1), gray(1, 1, 2), () => true)
    expect([found?.sameCount, found?.onlyFirst, found?.onlySecond, found?.otherClass]).toEqual([1, 0, 1, 1])
    expect(maskDifference(gray(0, 1, 1), gray(1, 1, 2, 0, 0, 0), () => true)).toBeNull()
  })
  it('and pictures: equal ones are black', () => {
    const one = Uint8ClampedArray.from([10, 200, 30, 255])
    expect([...imageDifference(one, one)]).toEqual([0, 0, 0, 255])
    expect([...imageDifference(one, Uint8ClampedArray.from([20, 0, 30, 255]))]).toEqual([30, 255, 0, 255])
  })
})

describe('sound', () => {
  it('keeps the loudest of each stretch', () => {
    expect([...peaks(Float32Array.from([0, 1, -1, 0.5]), 2)]).toEqual([0, 1, -1, 0.5])
    expect([...peaks(new Float32Array(), 1)]).toEqual([0, 0])
  })
  it('finds a tone where it is', () => {
    const [size, bin] = [256, 20]
    const tone = Float32Array.from({ length: 4096 }, (_, i) => Math.sin((2 * Math.PI * bin * i) / size))
    const { columns, rows, decibels } = spectrogram(tone, 4, size)
    const column = [...decibels.subarray(rows, 2 * rows)]
    expect([columns, column.indexOf(Math.max(...column))]).toEqual([4, bin])
    expect(column[bin + 40]).toBeLessThan(-60)
  })
  it('keeps the energy of what it transforms', () => {
    const real = Float32Array.from({ length: 64 }, (_, i) => Math.cos(i) * (i % 5))
    const before = real.reduce((sum, value) => sum + value * value, 0)
    const imaginary = new Float32Array(64)
    fft(real, imaginary)
    const after = real.reduce((sum, value, i) => sum + value * value + (imaginary[i] as number) ** 2, 0) / 64
    expect(after).toBeCloseTo(before, 2)
  })
})

describe('text', () => {
  const span = (start: number, end: number, label: string) => ({ start, end, label, color: null })
  it('is cut at its spans, counted in letters', () => {
    const made = pieces('a😀bc', [span(1, 3, 'X'), span(2, 4, 'Y')], '')
    expect(made.map(piece => [piece.text, piece.labels.map(one => one.label), piece.endsLabel])).toEqual([
      ['a', [], false],
      ['😀', ['X'], false],
      ['b', ['X', 'Y'], true],
      ['c', ['Y'], true],
    ])
  })
  it('marks what is looked for, in capitals or not', () => {
    expect(pieces('One one', [], 'ONE').flatMap(piece => (piece.isFound ? [piece.text] : []))).toEqual(['One', 'one'])
  })
})
