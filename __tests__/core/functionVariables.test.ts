import { VARIABLES } from '../../core/functionVariables';

test('each variable has a name of its own, which Lambda takes and does not keep for itself', () => {
  const names = Object.values(VARIABLES);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^DCS_[A-Z]+(_[A-Z]+)*$/);
});
