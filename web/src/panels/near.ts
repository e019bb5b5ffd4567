/** Which panels are near the screen. One observer per scrolling element; at most two panels are mounted in a frame. */

import { useEffect, useState, type RefObject } from 'react'

const MARGIN_PX = 300
const PER_FRAME = 2

type Listener = (isNear: boolean) => void

class Nearness {
  private readonly listeners = new Map<Element, Listener>()
  private readonly observer: IntersectionObserver
  private waiting: Element[] = []
  private isScheduled = false

  constructor(root: Element | null) {
    this.observer = new IntersectionObserver(entries => this.seen(entries), { root, rootMargin: `${MARGIN_PX}px 0px` })
  }

  observe(element: Element, listener: Listener): () => void {
    this.listeners.set(element, listener)
    this.observer.observe(element)
    return () => {
      this.listeners.delete(element)
      this.observer.unobserve(element)
    }
  }

  private seen(entries: IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      this.waiting = this.waiting.filter(element => element !== target)
      if (isIntersecting) this.waiting.push(target)
      else this.listeners.get(target)?.(false)
    }
    this.pump()
  }

  private pump(): void {
    if (this.isScheduled || this.waiting.length === 0) return
    this.isScheduled = true
    requestAnimationFrame(() => {
      this.isScheduled = false
      for (const element of this.waiting.splice(0, PER_FRAME)) this.listeners.get(element)?.(true)
      this.pump()
    })
  }
}

const byRoot = new WeakMap<Element, Nearness>()

/** Whether the element is within a screen's margin of `scroller`. False until the scroller is known. */
export function useNear(element: RefObject<Element | null>, scroller: Element | null): boolean {
  const [isNear, setNear] = useState(false)
  useEffect(() => {
    if (!element.current || !scroller) return
    let nearness = byRoot.get(scroller)
    if (!nearness) byRoot.set(scroller, (nearness = new Nearness(scroller)))
    return nearness.observe(element.current, setNear)
  }, [element, scroller])
  return isNear
}
