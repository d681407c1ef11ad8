-- HLH-2004 on the hospital that never was (OMOP CDM 5.4), as an expert would write it by hand for DuckDB:
-- concepts, units and limits stand in the text. What every step means is said in docs/screening.md.
-- In: the variables `hospital` (a folder of Parquet files) and `verdicts` (the Parquet file to write).
-- Out: a row for each stay, admitted 2009-01-01 to 2022-01-01, with four or more of the criteria together.
--
-- Fever and cytopenias are in every chart; four criteria need two of the six that are seldom looked for. So
-- pass 1 reads two narrow columns, and finds who was looked at for two of those; pass 2 reads the wide ones.

-- ---- Pass 1: who may have four criteria ----

create temp table likely as
select person_id
from (
    select person_id, case measurement_concept_id
        when 3001122 then 1                     -- ferritin
        when 3022192 then 2 when 3016407 then 2 -- triglycerides or fibrinogen
        when 2000000001 then 4                  -- soluble cd25
        else 8                                  -- nk activity
    end as looked
    from read_parquet(getvariable('hospital') || '/measurement.parquet')
    where measurement_concept_id in (3001122, 3022192, 3016407, 2000000001, 2000000002)
    union all
    select person_id, 16 from read_parquet(getvariable('hospital') || '/condition_occurrence.parquet')
    where condition_concept_id in (200527, 4064314) -- splenomegaly
    union all
    select person_id, 32 from read_parquet(getvariable('hospital') || '/observation.parquet')
    where observation_concept_id = 2000000010 -- hemophagocytosis
)
group by person_id
having bit_count(bit_or(looked)) >= 2;

-- ---- Their stays: visits that begin at most a day after the latest end so far ----

create temp table stays as
with visits as (
    select person_id, visit_occurrence_id as visit, visit_start_date as start,
        coalesce(visit_end_date, visit_start_date) as "end"
    from read_parquet(getvariable('hospital') || '/visit_occurrence.parquet')
    where visit_concept_id in (9201, 262, 8717)
        and (visit_end_date is null or visit_end_date >= visit_start_date)
        and person_id in (from likely)
),
breaks as (
    select *, coalesce(start > 1 + max("end") over (
        partition by person_id order by start, "end", visit rows between unbounded preceding and 1 preceding
    ), true) as is_new
    from visits
),
islands as (
    select *, count(*) filter (is_new) over (
        partition by person_id order by start, "end", visit rows unbounded preceding
    ) as island
    from breaks
)
select person_id, arg_min(visit, (start, "end", visit)) as stay, min(start) as start, max("end") as "end"
from islands
group by person_id, island
having min(start) between date '2009-01-01' and date '2022-01-01';

-- ---- Pass 2: every reading of theirs ----

-- A unit by its spelling: what has no concept, or one that is not known.
create temp macro spelt(unit) as map {
    'c': 586323, '°c': 586323, 'cel': 586323, 'f': 9289, 'degf': 9289, 'deg. f': 9289,
    'g/dl': 8713, 'gm/dl': 8713, 'g/l': 8636, 'mg/dl': 8840, 'mmol/l': 8753, '%': 8554,
    'k/ul': 8848, '10*3/ul': 8848, 'x10e3/ul': 8848, '10*9/l': 9444, '10^9/l': 9444,
    '/ul': 8784, 'cells/ul': 8784, 'ng/ml': 8842, 'ug/l': 8748, 'mcg/l': 8748, 'u/ml': 8763
}[lower(trim(unit))];

-- A test in each unit: 1 is "at least", 2 "below", 3 "at most"; its edge, and the plausible range.
-- Tests: 0 fever; 1 to 3 hemoglobin, platelets, neutrophils; 4 and 5 triglycerides, fibrinogen; 6 ferritin;
-- 7 soluble cd25, 8 nk activity, 9 splenomegaly, 10 hemophagocytosis.
create temp table rule (
    concept bigint, unit bigint, test tinyint, kind tinyint, edge double, low double, high double
);
insert into rule values
    (3020891, 586323, 0, 1, 38.5, 25, 45), (3020891, 8653, 0, 1, 38.5, 25, 45),
    (3006322, 586323, 0, 1, 38.5, 25, 45), (3006322, 8653, 0, 1, 38.5, 25, 45),
    (3020891, 9289, 0, 1, 101.3, 77, 113), (3006322, 9289, 0, 1, 101.3, 77, 113),
    -- A temperature without a unit is told by its value: the two ranges do not overlap.
    (3020891, 0, 0, 1, 38.5, 25, 45), (3020891, 0, 0, 1, 101.3, 77, 113),
    (3006322, 0, 0, 1, 38.5, 25, 45), (3006322, 0, 0, 1, 101.3, 77, 113),
    (3000963, 8713, 1, 2, 9, 1, 26), (3000963, 8636, 1, 2, 90, 10, 260),
    (3024929, 9444, 2, 2, 100, 0, 5000), (3024929, 8848, 2, 2, 100, 0, 5000),
    (3024929, 8784, 2, 2, 100000, 0, 5000000),
    (3013650, 9444, 3, 2, 1, 0, 300), (3013650, 8848, 3, 2, 1, 0, 300),
    (3013650, 8784, 3, 2, 1000, 0, 300000),
    (3022192, 8840, 4, 1, 265, 5, 20000), (3022192, 8753, 4, 1, 3, 0.0564525234, 225.810094),
    (3016407, 8636, 5, 3, 1.5, 0, 20), (3016407, 8840, 5, 3, 150, 0, 2000),
    (3001122, 8842, 6, 1, 500, 1, 1000000), (3001122, 8748, 6, 1, 500, 1, 1000000),
    (2000000001, 8763, 7, 1, 2400, 1, 1000000), -- in pg/mL there is no rule: set aside
    -- By the laboratory's own limit, which is in the row's own unit: so whatever the unit, and by the number
    -- alone, without an operator and without a plausible range.
    (2000000002, -2, 8, 4, null, null, null),
    -- Leukocytes and the share of neutrophils: no test, but the product of two is a reading. A share is
    -- plausible from 0 to 100 %. One that is set aside is no part of a product, whatever its row id.
    (3000905, 9444, 20, 0, null, 0, 1000), (3000905, 8848, 20, 0, null, 0, 1000),
    (3008342, 8554, 21, 0, null, 0, 100);

-- truth: 2 met, 1 undecidable, 0 not met.
create temp table samples as
with numbers as (
    select person_id, measurement_id as id, measurement_concept_id as concept, measurement_date as day,
        measurement_datetime as moment, result_datetime as back, range_low,
        case when isfinite(value_as_number) then value_as_number
            when value_source_value is null then null
            else try_cast(replace(regexp_extract(
                value_source_value,
                '^\s*(?:[<>]=?|[≤≥])?\s*([-+]?(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]*)'
                || '(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?)\s*$',
                1
            ), ',', '') as double)
        end as value,
        -- Where the true number lies: -2 is below the one that stands there, -1 at most, 0 it is that one,
        -- 1 at least, 2 above.
        case when operator_concept_id is null and value_source_value is null then 0
            else case operator_concept_id
                when 4172704 then 2 when 4171756 then -2 when 4171755 then 1 when 4171754 then -1
                else case regexp_extract(value_source_value, '^\s*([<>]=?|[≤≥])', 1)
                    when '>' then 2 when '<' then -2 when '>=' then 1 when '≥' then 1
                    when '<=' then -1 when '≤' then -1 else 0 end end
        end as sign,
        -- A unit by its concept; else by its spelling; 0 is none, -1 is not understood. Concept 0, "no
        -- matching concept", is taken as nothing there.
        case when measurement_concept_id = 2000000002 then -2
            when unit_concept_id in (
                586323, 8653, 9289, 8713, 8636, 8848, 9444, 8784, 8840, 8753, 8842, 8748, 8763, 8845, 8554
            ) then unit_concept_id
            else coalesce(
                spelt(unit_source_value),
                case when coalesce(unit_concept_id, 0) = 0 and coalesce(trim(unit_source_value), '') = ''
                    then 0 else -1 end
            )
        end as unit
    from read_parquet(getvariable('hospital') || '/measurement.parquet')
    where person_id in (from likely)
        and measurement_concept_id in (
            3020891, 3006322, 3000963, 3024929, 3013650, 3008342, 3000905, 3022192, 3016407, 3001122,
            2000000001, 2000000002
        )
)
select person_id, id, day, moment, back, value, test,
    case
        -- Nearly every number is exact: it meets the test or does not. A part of a product only stands there.
        when sign = 0 then 2 * case kind
            when 1 then value >= edge when 2 then value < edge when 3 then value <= edge
            when 4 then value < range_low else true end::tinyint
        when kind = 1 then case
            when value >= edge and sign > 0 then 2
            when value < edge and sign < 0 or value = edge and sign = -2 then 0 else 1 end
        when kind = 2 then case
            when value < edge and sign < 0 or value = edge and sign = -2 then 2
            when value >= edge and sign > 0 then 0 else 1 end
        when kind = 3 then case
            when value <= edge and sign < 0 then 2
            when value > edge and sign > 0 or value = edge and sign = 2 then 0 else 1 end
        when kind = 4 then case when value < range_low then 2 else 0 end
    end::tinyint as truth
from numbers join rule using (concept, unit)
where case
    when kind = 4 then isfinite(range_low) and value is not null
    when sign < 0 and unit <> 0 then value > 0 -- of a value below a limit only the sign can tell
    else value between low and high
end;

-- What is said in words. Tables in their order: 0 condition, 1 measurement, 2 observation.
create temp table said as
select person_id, 9::tinyint as test, condition_start_date as day, 0::tinyint as source,
    condition_occurrence_id as id, 2::tinyint as truth
from read_parquet(getvariable('hospital') || '/condition_occurrence.parquet')
where condition_concept_id in (200527, 4064314)
    and person_id in (from likely)
union all
select person_id, 10, day, 2, id, case
    when said in ('present', 'yes', 'seen', 'found', 'positive', 'enlarged', 'true') then 2
    when said in ('absent', 'no', 'none', 'not seen', 'not found', 'negative', 'not enlarged', 'normal',
        'false') then 0 end as truth
from (
    select person_id, observation_id as id, observation_date as day,
        lower(trim(coalesce(value_as_string, concept_name, value_source_value, 'present'))) as said
    from read_parquet(getvariable('hospital') || '/observation.parquet')
    left join read_parquet(getvariable('hospital') || '/concept.parquet')
        on concept_id = value_as_concept_id and value_as_concept_id <> 0
    where observation_concept_id = 2000000010
        and person_id in (from likely)
)
where truth is not null;

-- ---- Windows, for the stays that ever meet four ----

-- Bits of tests: 14 the lineages, 48 triglycerides and fibrinogen, 1984 the five that stand alone; 1920 those
-- that stand together for 14 days, 127 those for 7.
create temp macro lower_of(met) as
    (met & 1) + (bit_count(met & 14) >= 2)::int + (met & 48 > 0)::int + bit_count(met & 1984);
create temp macro upper_of(denied) as
    8 - (denied & 1) - (bit_count(denied & 14) >= 2)::int - (denied & 48 = 48)::int
    - bit_count(denied & 1984);
create temp macro state(met, denied, test) as
    case when met >> test & 1 = 1 then 'met' when denied >> test & 1 = 1 then 'not met' else 'unknown' end;
create temp macro origin(source) as
    case source when 0 then 'condition_occurrence' when 1 then 'measurement' when 2 then 'observation' end;

-- Where a share of neutrophils stands, they may be low: the product is made only for stays that are near.
create temp table near as
select *
from stays semi join (
    select stay
    from (
        select person_id, day, case test when 21 then 3 else test end as test
        from samples where truth = 2 and test <> 20
        union all
        select person_id, day, test from said where truth = 2
    ) as met join stays on met.person_id = stays.person_id and day between start and "end"
    group by stay
    having lower_of(bit_or(1::int << test)) >= 4
) as enough using (stay);

create temp table evidence as
with lab as (
    select stay, day, test, truth, id, value, coalesce(moment, day::timestamp) as moment,
        greatest(day, coalesce(back::date, day)) as known
    from samples join near on samples.person_id = near.person_id and day between start and "end"
),
white as (
    select stay, moment, arg_min(value, id) as value, arg_min(known, id) as known
    from lab where test = 20 and truth = 2 group by all
),
share as (
    select stay, moment, arg_min(value, id) as value, arg_min(known, id) as known, arg_min(day, id) as day,
        min(id) as id
    from lab where test = 21 and truth = 2 group by all
),
every as (
    select stay, day, test, truth, 1::tinyint as source, id, known from lab where test < 20
    union all
    -- Neutrophils from leukocytes and their share, at one moment; of several the smallest row id. Multiplied
    -- before it is divided, so that the limit itself is no less than the limit; known when both are.
    select stay, share.day, 3, case when white.value * share.value / 100 < 1 then 2 else 0 end, 1, share.id,
        greatest(share.known, white.known)
    from white join share using (stay, moment)
    where white.value * share.value / 100 between 0 and 300
    union all
    select stay, day, test, truth, source, id, day
    from said join near on said.person_id = near.person_id and day between start and "end"
)
select *, (day - date '2000-01-01')::int as n from every;

-- Days without evidence need not be asked: what stands together on one stood so on the last day with some.
create temp table anchors as
with days as (
    select stay, day, n,
        bit_or(case when truth = 2 then 1::int << test else 0 end) as met,
        bit_or(case when truth = 1 then 1::int << test else 0 end) as undecided,
        bit_or(case when truth = 0 then 1::int << test else 0 end) as denied
    from evidence
    group by all
),
standing as (
    select stay, day, n,
        bit_or(met & 127) over week | bit_or(met & 1920) over fortnight as met,
        bit_or(undecided & 127) over week | bit_or(undecided & 1920) over fortnight as undecided,
        bit_or(denied & 127) over week | bit_or(denied & 1920) over fortnight as denied
    from days
    window week as (partition by stay order by n range between 6 preceding and current row),
        fortnight as (partition by stay order by n range between 13 preceding and current row)
)
select stay, day as anchor, n as last, lower_of(met)::tinyint as lower,
    upper_of(denied & ~met & ~undecided)::tinyint as upper,
    met, denied & ~met & ~undecided as denied
from standing
where lower_of(met) >= 4
-- The first day of five, which is also the first day of the greatest where five is never reached.
qualify row_number() over (partition by stay order by least(lower_of(met), 5) desc, n) = 1;

-- ---- Known: the first day on which what was known of some window reached five ----

create temp table known as
with days as (
    select stay, n,
        min(known) filter (test = 0) as k0, min(known) filter (test = 1) as k1,
        min(known) filter (test = 2) as k2,
        min(known) filter (test = 3) as k3, min(known) filter (test = 4) as k4,
        min(known) filter (test = 5) as k5,
        min(known) filter (test = 6) as k6, min(known) filter (test = 7) as k7,
        min(known) filter (test = 8) as k8,
        min(known) filter (test = 9) as k9, min(known) filter (test = 10) as k10
    from evidence
    where truth = 2 and stay in (select stay from anchors where lower >= 5)
    group by all
),
standing as (
    select stay,
        min(k0) over week as k0, min(k1) over week as k1, min(k2) over week as k2,
        min(k3) over week as k3, min(k4) over week as k4, min(k5) over week as k5,
        min(k6) over week as k6, min(k7) over fortnight as k7, min(k8) over fortnight as k8,
        min(k9) over fortnight as k9, min(k10) over fortnight as k10
    from days
    window week as (partition by stay order by n range between 6 preceding and current row),
        fortnight as (partition by stay order by n range between 13 preceding and current row)
)
-- Two of three lineages; one of two; five of eight. Not known comes last.
select stay, min(list_sort([
    k0, list_sort([k1, k2, k3], 'asc', 'nulls last')[2], least(k4, k5), k6, k7, k8, k9, k10
], 'asc', 'nulls last')[5]) as known
from standing
group by stay;

-- ---- Because: of what stood together on the anchor, the best truth, first day, smallest table and row ----

copy (
    with because as (
        select stay, test, source, id
        from evidence join anchors using (stay)
        where n between last - case when test >= 7 then 13 else 6 end and last
            and truth = case when met >> test & 1 = 1 then 2 when denied >> test & 1 = 1 then 0 end
        qualify row_number() over (partition by stay, test order by day, source, id) = 1
    ),
    rows as (
        select stay,
            any_value(source) filter (test = 0) as source0, any_value(id) filter (test = 0) as id0,
            any_value(source) filter (test = 1) as source1, any_value(id) filter (test = 1) as id1,
            any_value(source) filter (test = 2) as source2, any_value(id) filter (test = 2) as id2,
            any_value(source) filter (test = 3) as source3, any_value(id) filter (test = 3) as id3,
            any_value(source) filter (test = 4) as source4, any_value(id) filter (test = 4) as id4,
            any_value(source) filter (test = 5) as source5, any_value(id) filter (test = 5) as id5,
            any_value(source) filter (test = 6) as source6, any_value(id) filter (test = 6) as id6,
            any_value(source) filter (test = 7) as source7, any_value(id) filter (test = 7) as id7,
            any_value(source) filter (test = 8) as source8, any_value(id) filter (test = 8) as id8,
            any_value(source) filter (test = 9) as source9, any_value(id) filter (test = 9) as id9,
            any_value(source) filter (test = 10) as source10, any_value(id) filter (test = 10) as id10
        from because
        group by stay
    )
    select person_id, stay, start, "end", lower, upper, anchor, known,
        state(met, denied, 0) as body_temperature, origin(source0) as body_temperature_table,
            id0 as body_temperature_id,
        state(met, denied, 1) as hemoglobin, origin(source1) as hemoglobin_table, id1 as hemoglobin_id,
        state(met, denied, 2) as platelets, origin(source2) as platelets_table, id2 as platelets_id,
        state(met, denied, 3) as neutrophils, origin(source3) as neutrophils_table, id3 as neutrophils_id,
        state(met, denied, 4) as triglycerides, origin(source4) as triglycerides_table,
            id4 as triglycerides_id,
        state(met, denied, 5) as fibrinogen, origin(source5) as fibrinogen_table, id5 as fibrinogen_id,
        state(met, denied, 6) as ferritin, origin(source6) as ferritin_table, id6 as ferritin_id,
        state(met, denied, 7) as soluble_cd25, origin(source7) as soluble_cd25_table, id7 as soluble_cd25_id,
        state(met, denied, 8) as nk_activity, origin(source8) as nk_activity_table, id8 as nk_activity_id,
        state(met, denied, 9) as splenomegaly, origin(source9) as splenomegaly_table, id9 as splenomegaly_id,
        state(met, denied, 10) as hemophagocytosis, origin(source10) as hemophagocytosis_table,
            id10 as hemophagocytosis_id
    from near join anchors using (stay) left join known using (stay) left join rows using (stay)
    order by person_id, start
) to (getvariable('verdicts')) (format parquet);
