/** A project without runs: what would be here, and the five lines that fill it. */

import { CopyButton } from '../../ui/clipboard'
import { CodeBox } from '../../ui/CodeBox'
import { Message } from '../../ui/states'

export function EmptyProject({ entity, project }: { entity: string; project: string }) {
  const script = `import assay
run = assay.init(entity="${entity}", project="${project}", config={"lr": 0.1})
for step in range(100):
    run.log({"loss": 1 / (1 + run.config["lr"] * step)})
run.finish()`
  return (
    <Message
      isPage
      icon="workspace"
      title={`No runs in ${project} yet`}
      actions={<CopyButton kind="primary" text={`${script}\n`} label="Copy script" />}
    >
      <span>Runs appear here as soon as they log.</span>
      <CodeBox label="Python script">
        <span className="k">import</span> assay{'\n'}
        run = assay.<span className="f">init</span>(entity=<span className="s">"{entity}"</span>, project=
        <span className="s">"{project}"</span>, config={'{'}
        <span className="s">"lr"</span>: <span className="m">0.1</span>
        {'})\n'}
        <span className="k">for</span> step <span className="k">in</span> <span className="f">range</span>(
        <span className="m">100</span>):{'\n'}
        {'    '}run.<span className="f">log</span>({'{'}
        <span className="s">"loss"</span>: <span className="m">1</span> / (<span className="m">1</span> + run.config[
        <span className="s">"lr"</span>] * step){'})\n'}
        run.<span className="f">finish</span>()
      </CodeBox>
    </Message>
  )
}
