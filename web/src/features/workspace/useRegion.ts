/** An address that points at a region of a chart: the panel that has it opens, on the region's axis. */

import { useEffect } from 'react'
import { regionIn } from '../../panels/line/schema'
import type { Panel } from '../../panels/registry'
import { toast } from '../../ui/toasts'
import { withChanges } from './actions'
import type { Axis } from '../../data/metricStore'
import type { Desk } from './desk'
import type { Built } from './sections'
import { usePageState } from './usePage'

export function useRegion(desk: Desk, built: Built, isLoading: boolean, axisOf: (panel: Panel) => Axis): void {
  const region = usePageState(desk, state => state.look.region)
  const full = usePageState(desk, state => state.look.panel)
  useEffect(() => {
    if (region === undefined || full !== undefined || isLoading) return
    const panel = built.panels.find(one => regionIn(one, region) !== null)
    const axis = panel && regionIn(panel, region)?.axis
    if (!panel || axis === undefined) {
      toast({
        icon: 'info',
        text: 'The region is not on this page: it was removed since, or the page is not as it was.',
      })
      desk.store.change(view => withChanges(view, { region: undefined }), { replace: true })
      return
    }
    // Another axis, or a stretch of it, would not have the region in sight. System panels have an axis of their own.
    const isOwnAxis = (panel as { channel?: string }).channel === 'system'
    const onAxis = isOwnAxis || axisOf(panel) === axis ? {} : { x: axis as Axis }
    desk.store.change(view => withChanges(view, { panel: panel.id, zoom: undefined, ...onAxis }), { replace: true })
  }, [desk, built, isLoading, region, full, axisOf])
}
