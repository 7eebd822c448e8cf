import { DEPLOY, type Finding } from '../../operations/check/finding';
import { howToDeploy } from '../../settings/howToDeploy';

/** The remedy as this deployment is deployed. */
export function inOurWay(finding: Finding, settings: Parameters<typeof howToDeploy>[0]): Finding {
  const remedy = finding.remedy?.replaceAll(DEPLOY, howToDeploy(settings, finding.side));
  return remedy === undefined ? finding : { ...finding, remedy };
}
