import { describe, expect, it } from 'vitest'
import { adviceOf, devicesOf, freeMemory, idleShare, placeOfKey, type Reading } from './model'

const reading = (key: string, value: number | number[], count = 20): Reading => {
  const y = Array.isArray(value) ? value : Array.from({ length: count }, () => value)
  return { key, x: y.map((_, i) => i), y }
}
const gpu = (n: number, use: number | number[], gb = 70): Reading[] => [
  reading(`gpu.${n}.gpu`, use),
  reading(`gpu.${n}.memoryAllocatedBytes`, gb * 1e9),
  reading(`gpu.${n}.memoryAllocated`, (gb / 80) * 100),
]
const NOTHING = { config: {}, cpuCount: 16 }

describe('a key of a reading', () => {
  it('says node, device and what is read', () => {
    expect(placeOfKey('gpu.3.memoryAllocated/l:node-2')).toEqual({
      node: 'node-2',
      kind: 'gpu',
      device: 3,
      name: 'memoryAllocated',
    })
    expect(placeOfKey('gpu.process.1.gpu')).toMatchObject({ kind: 'process', device: 1 })
    expect(
      ['cpu', 'cpu.0.cpu_percent', 'memory_percent', 'proc.memory.rssMB', 'disk.in', 'network.sent', 'x'].map(
        key => placeOfKey(key).kind,
      ),
    ).toEqual(['process', 'cpu', 'memory', 'process', 'disk', 'network', 'other'])
  })
})

describe('advice', () => {
  it('is nothing for a run that is busy and full', () => {
    expect(adviceOf([...gpu(0, 95), ...gpu(1, 93)], NOTHING)).toBeNull()
  })

  it('names the device that waits and the workers to add', () => {
    const waits = Array.from({ length: 20 }, (_, i) => (i % 5 === 0 ? 3 : 95))
    const advice = adviceOf([...gpu(0, 95), ...gpu(2, waits)], { config: { data: { workers: 8 } }, cpuCount: 64 })
    expect(advice?.fact).toBe('GPU 2 idles 20 % of the time')
    expect(advice?.reason).toBe('the loader is behind: raise data.workers 8 → 14.')
  })

  it('says how far the batch can grow', () => {
    const advice = adviceOf([...gpu(0, 95, 36), ...gpu(1, 95, 37)], { config: { batch_size: 32 }, cpuCount: 8 })
    expect(advice?.fact).toBe('43 GB of memory a device are free')
    expect(advice?.reason).toBe('raise batch_size 32 → 64.')
  })

  it('finds devices that nobody uses', () => {
    expect(adviceOf([...gpu(0, 95), ...gpu(1, 0)], NOTHING)?.fact).toBe('GPU 1 is not used at all')
  })

  it('waits until enough was read', () => {
    expect(adviceOf([reading('gpu.0.gpu', 0, 3)], NOTHING)).toBeNull()
    expect(adviceOf([], NOTHING)).toBeNull()
  })

  it('speaks of memory on a machine without GPUs', () => {
    expect(adviceOf([reading('memory_percent', 97)], NOTHING)?.fact).toContain('97 % full')
  })
})

describe('devices', () => {
  it('are those that the run has a process on, when that is known', () => {
    const readings = [...gpu(0, 95), ...gpu(1, 5), reading('gpu.process.0.gpu', 95)]
    expect(devicesOf(readings).map(device => device.index)).toEqual([0])
  })

  it('leave room only if each does', () => {
    expect(freeMemory(devicesOf([...gpu(0, 95, 10), ...gpu(1, 95, 79)]))).toBe(0)
    expect(Math.round(freeMemory(devicesOf([...gpu(0, 95, 10), ...gpu(1, 95, 20)])) / 1e9)).toBe(60)
  })

  it('count gaps as no reading', () => {
    expect(idleShare([0, Number.NaN, 100, 100, 100])).toBe(0.25)
  })
})
