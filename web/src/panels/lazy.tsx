/** Kinds of panels whose code is loaded when the first of them comes near the screen. */

import { type ComponentType, lazy, Suspense } from 'react'
import type { PanelEditorProps, PanelKind, PanelViewProps } from './registry'
import type { PanelBase } from './schema'

/** A view that keeps its place, head and name while its code loads. */
export function lazyView<P extends PanelBase>(
  load: () => Promise<ComponentType<PanelViewProps<P>>>,
  titleOf: (panel: P) => string,
): ComponentType<PanelViewProps<P>> {
  const View = lazy(async () => ({ default: await load() }))
  const LazyView = (props: PanelViewProps<P>) => {
    const title = titleOf(props.panel)
    const waiting = (
      <section className={props.isFull ? 'panel full' : 'panel'} aria-label={title} aria-busy="true">
        <header className="panel-h">
          <h3 className="title cut">{title}</h3>
        </header>
        <div className="panel-b" />
      </section>
    )
    // Far from the screen there is nothing to draw, so nothing to load either.
    if (!props.isNear) return waiting
    return (
      <Suspense fallback={waiting}>
        <View {...props} />
      </Suspense>
    )
  }
  return LazyView
}

export function lazyEditor<P extends PanelBase>(
  load: () => Promise<ComponentType<PanelEditorProps<P>>>,
): ComponentType<PanelEditorProps<P>> {
  const Editor = lazy(async () => ({ default: await load() }))
  const LazyEditor = (props: PanelEditorProps<P>) => (
    <Suspense fallback={null}>
      <Editor {...props} />
    </Suspense>
  )
  return LazyEditor
}

type Start<P extends PanelBase> = NonNullable<PanelKind<P>['Start']>

export function lazyStart<P extends PanelBase>(load: () => Promise<Start<P>>): Start<P> {
  const Lazy = lazy(async () => ({ default: await load() }))
  const LazyStart: Start<P> = props => (
    <Suspense fallback={null}>
      <Lazy {...props} />
    </Suspense>
  )
  return LazyStart
}
