import django.db.models.deletion
import yanzhen.cases.deadline
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0002_search'),
        ('places', '0001_initial'),
        ('units', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='case',
            name='area',
            field=models.ForeignKey(db_column='area_code', db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.area', to_field='code', verbose_name='区域'),
        ),
        migrations.AlterField(
            model_name='case',
            name='category',
            field=models.ForeignKey(blank=True, db_column='category_code', db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.category', to_field='code', verbose_name='类别'),
        ),
        migrations.AlterField(
            model_name='case',
            name='site',
            field=models.ForeignKey(blank=True, db_column='site_code', db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.site', to_field='code', verbose_name='点位'),
        ),
        migrations.AlterField(
            model_name='case',
            name='site_type',
            field=models.ForeignKey(blank=True, db_column='site_type_code', db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.sitetype', to_field='code', verbose_name='点位类型'),
        ),
        migrations.AlterField(
            model_name='case',
            name='unit',
            field=models.ForeignKey(blank=True, db_column='unit_code', db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', to_field='code', verbose_name='责任单位'),
        ),
        migrations.AlterField(
            model_name='casespan',
            name='unit',
            field=models.ForeignKey(blank=True, db_column='unit_code', db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', to_field='code', verbose_name='责任单位'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(yanzhen.cases.deadline.Deadline(), models.F('id'), name='case_deadline'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['-found_at', '-id', 'area', 'status', 'unit', 'category', 'site_type', 'source', 'severity', 'recurrence_of', 'filed_at'], name='case_newest'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['area', '-found_at', '-id', 'kind', 'filed_at'], name='case_of_area'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['site', '-found_at', '-id', 'area'], name='case_of_site'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['unit', '-found_at', '-id', 'area'], name='case_of_unit'),
        ),
    ]
