import { useMe } from '../signin/model'
import { CopyButton } from '../../ui/clipboard'
import { CodeBox } from '../../ui/CodeBox'

/** How a new project or run comes here: two lines. */
export function LogRunCard({ entity }: { entity: string }) {
  const me = useMe()
  const named = entity !== '' && entity !== me.default_entity ? `entity="${entity}", ` : ''
  const code = `import assay\nrun = assay.init(${named}project="new-idea")`
  return (
    <section className="panel home-log" aria-labelledby="log-run">
      <div className="card-h">
        <h2 id="log-run">Log a run</h2>
        <CopyButton kind="ghost" small text={code} className="right" />
      </div>
      <CodeBox label="Python code">
        <span className="k">import</span> assay{'\n'}
        run = assay.<span className="f">init</span>({named && 'entity='}
        {named && <span className="s">"{entity}"</span>}
        {named && ', '}project=<span className="s">"new-idea"</span>)
      </CodeBox>
      <p className="hint">A project begins with its first run, and shows up here by itself.</p>
    </section>
  )
}
