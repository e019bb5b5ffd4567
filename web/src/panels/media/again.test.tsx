import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ImageLayers } from './ImageLayers'
import type { ImageValue } from './values'

const hub = vi.hoisted(() => ({ status: 'live', listeners: new Set<() => void>() }))
vi.mock('../../data/live/browser', () => ({
  liveHub: () => ({
    getState: () => ({ status: hub.status }),
    subscribe: (listener: () => void) => {
      hub.listeners.add(listener)
      return () => hub.listeners.delete(listener)
    },
  }),
}))

const seen = new Map<Element, (isIntersecting: boolean) => void>()
beforeEach(() => {
  seen.clear()
  vi.stubGlobal(
    'IntersectionObserver',
    class {
      private readonly tell: (entries: { isIntersecting: boolean }[]) => void
      constructor(tell: (entries: { isIntersecting: boolean }[]) => void) {
        this.tell = tell
      }
      observe(element: Element): void {
        seen.set(element, isIntersecting => this.tell([{ isIntersecting }]))
      }
      disconnect(): void {}
    },
  )
})
afterEach(cleanup)

const image = {
  type: 'image',
  file: { path: 'a.png', url: '/blobs/a', size: 1, digest: 'd', hasThumbnail: false, refused: '' },
  width: 8,
  height: 8,
  masks: [],
  boxes: [],
} as unknown as ImageValue

function open(isWhole = false) {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ImageLayers image={image} overlays={{}} width={80} height={80} isWhole={isWhole} alt="A cell" />
    </QueryClientProvider>,
  )
  fail()
}

const picture = () => screen.queryByRole('img', { name: 'A cell' })
const fail = () => fireEvent.error(picture() as HTMLElement)
const place = () => screen.getByText('Not readable')
const hear = (status: string) =>
  act(() => {
    hub.status = status
    for (const listener of hub.listeners) listener()
  })

it('a picture that could not be loaded is tried again when the network or the server is back', () => {
  open()
  expect(picture()).toBeNull()
  act(() => void window.dispatchEvent(new Event('online')))
  expect(picture()).not.toBeNull()
  fail()
  hear('stale')
  expect(picture()).toBeNull()
  hear('live')
  expect(picture()).not.toBeNull()
})

it('it is tried again when it comes into sight again, not because it is in sight', () => {
  open()
  act(() => seen.get(place())?.(true))
  expect(picture()).toBeNull()
  act(() => seen.get(place())?.(false))
  act(() => seen.get(place())?.(true))
  expect(picture()).not.toBeNull()
})

it('opened, it has a button for that', async () => {
  open(true)
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }))
  expect(picture()).not.toBeNull()
})
